import { z } from 'zod';
import type { Warning } from '../../model/run.ts';
import { printable } from '../../ports/printable.ts';
import { ask, type Errand } from './ask.ts';
import { jsonIn } from './manifest.ts';
import type { HarborAnswer } from './measured.ts';

const MAX_HEALTH_BYTES = 64 * 1024;
const MAX_COMPONENTS = 30;

const healthShape = z.object({
  status: z.string().max(100),
  components: z.array(z.object({ name: z.string().max(100), status: z.string().max(100) })).max(1000),
});

/** What Harbor says of its own health. */
export async function askHarbor(address: string, errand: Errand): Promise<HarborAnswer> {
  const asked = await ask(
    {
      url: `${errand.options.registry}/api/v2.0/health`,
      access: { kind: 'anonymous' },
      accept: 'application/json',
      follow: 'never',
      maxBytes: MAX_HEALTH_BYTES,
    },
    address,
    errand,
  );
  const health = asked.answer.status === 200 ? healthShape.safeParse(jsonIn(asked.body)).data : undefined;
  if (health === undefined) return asked.answer;
  return { ...asked.answer, health: health.status, components: health.components.slice(0, MAX_COMPONENTS) };
}

/**
 * Harbor's own word, as a warning: whether pulling and pushing works is what the steps show. The status of the
 * answer says nothing, it is 200 always.
 */
export function harborWarning(harbor: HarborAnswer | undefined): Warning | undefined {
  if (harbor === undefined || harbor.stopped?.class.startsWith('probe.') === true) return undefined;
  const { request } = harbor;
  if (harbor.components === undefined) {
    const got = harbor.stopped?.message ?? `answered ${harbor.status}`;
    return { class: 'dependency.component', message: `${request}: no word on Harbor's health (${got})`.slice(0, 500) };
  }
  const ill = harbor.components.filter(({ status }) => status !== 'healthy');
  if (ill.length === 0 && harbor.health === 'healthy') return undefined;
  const named = ill.map(({ name, status }) => `${name} is ${status}`).join(', ') || 'names no component';
  return {
    class: 'dependency.component',
    message: printable(`${request}: Harbor calls itself ${harbor.health}: ${named}`),
  };
}
