import type { IncidentReport, ReportedImpact } from '../../core/report/incident-report.ts';
import { escapedHtml } from './escaped-html.ts';

const BOX = { width: 190, height: 34, gapX: 46, gapY: 12 };
/** A picture of more capabilities than this says nothing; the table does. */
const MOST = 40;

/** Who was hit and by way of what, from the cause on the left, as inline SVG; empty where nobody else was. */
export function svgGraph({ impact }: IncidentReport): string {
  const shown = impact.slice(0, MOST);
  if (shown.length < 2) return '';
  const columns = layers(shown);
  const at = new Map<string, { readonly x: number; readonly y: number }>();
  for (const [column, list] of columns.entries())
    for (const [row, each] of list.entries())
      at.set(each.capability, {
        x: 8 + column * (BOX.width + BOX.gapX),
        y: 8 + row * (BOX.height + BOX.gapY),
      });
  const width = 16 + columns.length * (BOX.width + BOX.gapX) - BOX.gapX;
  const height = 16 + Math.max(...columns.map((list) => list.length)) * (BOX.height + BOX.gapY) - BOX.gapY;
  const lines = shown.flatMap((each) => each.via.flatMap((need) => edge(at.get(need), at.get(each.capability))));
  const boxes = shown.map((each) => box(each, at.get(each.capability) ?? { x: 0, y: 0 }));
  return `<svg class="graph" viewBox="0 0 ${width} ${height}" role="img" aria-label="who was hit" style="max-width:${width}px;min-width:${Math.min(width, 620)}px">${lines.join('')}${boxes.join('')}</svg>`;
}

/** The cause first, then each as far to the right as the longest way to it. */
function layers(impact: readonly ReportedImpact[]): readonly (readonly ReportedImpact[])[] {
  const depth = new Map(impact.map((each) => [each.capability, each.isRoot ? 0 : 1]));
  for (let round = 0; round < impact.length; round++)
    for (const { capability, via, isRoot } of impact)
      if (!isRoot)
        depth.set(capability, Math.min(impact.length, Math.max(1, ...via.map((need) => (depth.get(need) ?? 0) + 1))));
  const columns: ReportedImpact[][] = [];
  for (const each of impact) (columns[depth.get(each.capability) ?? 0] ??= []).push(each);
  return columns.filter((list) => list.length > 0);
}

function box({ capability, worst }: ReportedImpact, { x, y }: { readonly x: number; readonly y: number }): string {
  const name = capability.length > 24 ? `${capability.slice(0, 23)}…` : capability;
  return (
    `<g><title>${escapedHtml(`${capability}: ${worst}`)}</title>` +
    `<rect class="${worst}" x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="5"/>` +
    `<text x="${x + 10}" y="${y + 22}">${escapedHtml(name)}</text></g>`
  );
}

function edge(
  from: { readonly x: number; readonly y: number } | undefined,
  to: { readonly x: number; readonly y: number } | undefined,
): readonly string[] {
  if (from === undefined || to === undefined) return [];
  const [x1, y1] = [from.x + BOX.width, from.y + BOX.height / 2];
  const [x2, y2] = [to.x, to.y + BOX.height / 2];
  const bend = Math.max(20, Math.abs(x2 - x1) / 2);
  return [`<path class="need" d="M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}"/>`];
}
