import type { IncidentBody } from '../../api/shapes/incident.ts';
import { utcTime } from './clock-text.ts';
import { listed } from './phrases.ts';

/** An incident as plain text for a chat: what is broken, for whom, why we believe it, which way out, where to look. */
export function incidentText({ id, incident }: IncidentBody, link: string): string {
  const { root, impact, unaffected, recovery } = incident;
  const hit = (state: string): string =>
    listed(impact.flatMap((each) => (each.state === state ? [each.capability] : [])));
  const lines = [
    incident.title,
    line('since', utcTime(incident.startedAt)),
    incident.resolvedAt === null ? '' : line('over', utcTime(incident.resolvedAt)),
    line('down', hit('down')),
    line('degraded', hit('degraded')),
    line('at risk', hit('at-risk')),
    line('not affected', listed(unaffected)),
    line('because', [root.message, root.class === null ? '' : `(${root.class})`].join(' ').trim()),
    ...recovery.map(({ name, state, blockedBy }) =>
      line('way out', `${name}: ${state}${blockedBy.length === 0 ? '' : `, needs ${blockedBy.join(' → ')}`}`),
    ),
    `${id}  ${link}`,
  ];
  return lines.filter((each) => each !== '').join('\n');
}

function line(label: string, text: string): string {
  return text === '' ? '' : `${label}: ${text}`;
}
