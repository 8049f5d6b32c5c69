import type { Maintenance } from '../model/configuration.ts';
import type { ServiceId } from '../model/ids.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Declarations } from './gather.ts';
import { MaintenanceSchema } from './grammar/root.ts';
import { compareText } from './mistakes.ts';
import type { Mistakes } from './mistakes.ts';
import { serviceNamed } from './names.ts';
import type { Names } from './names.ts';
import { readValue, withNodes } from './read-fields.ts';
import { tellRepeated } from './tell-double.ts';
import { child, placeOf } from './yaml-tree.ts';
import type { YamlNode } from './yaml-tree.ts';

/** All planned windows, in an order that no split into files changes. */
export function compileMaintenance(
  declarations: Declarations,
  names: Names,
  mistakes: Mistakes,
): readonly Maintenance[] {
  const windows = declarations.maintenance.flatMap((list) =>
    list.items.flatMap((node, index): Maintenance[] => {
      const name = `maintenance[${index}]`;
      const read = readValue(MaintenanceSchema, { node, at: node, subject: name, name }, mistakes);
      if (read === undefined) return [];
      const named = withNodes(read.services, child(node, 'services'));
      tellRepeated(named, mistakes);
      const services = named
        .map(([service, at]) => ownService(service, at, declarations, names, mistakes))
        .filter((id) => id !== undefined);
      const common = { services, reason: read.reason, place: placeOf(node) };
      if ('cron' in read) {
        return [{ kind: 'cron', ...common, cron: read.cron, forMs: read.for, timezone: read.timezone }];
      }
      if (read.from >= read.until) {
        const place = placeOf(child(node, 'until') ?? node);
        mistakes.error({ code: 'config/range', place, subject: name, message: 'the window ends before it begins' });
      }
      return [{ kind: 'once', ...common, from: read.from, until: read.until }];
    }),
  );
  return windows.toSorted((a, b) => compareText(keyOf(a), keyOf(b)));
}

function keyOf({ place: _, ...window }: Maintenance): string {
  return canonicalJson(window);
}

/** A team may plan windows only for services that it declares in the same file. */
function ownService(
  service: string,
  node: YamlNode,
  { services }: Declarations,
  names: Names,
  mistakes: Mistakes,
): ServiceId | undefined {
  const declared = services.get(service);
  if (declared === undefined || node.source.role === 'root' || declared.key.source === node.source) {
    return serviceNamed(service, node, names);
  }
  mistakes.error({
    code: 'config/root-only',
    place: placeOf(node),
    subject: service,
    message: `${service} is declared in ${declared.key.source.file}, not here`,
    help: 'plan its maintenance there, or in the root file',
  });
  return undefined;
}
