import type { IncidentReport } from '../../core/report/incident-report.ts';
import { escapedHtml } from './escaped-html.ts';
import { sectionsOf } from './report-words.ts';
import type { Section } from './report-words.ts';
import { svgGraph } from './svg-graph.ts';
import { svgTimeline } from './svg-timeline.ts';

const STYLE = `
:root{color-scheme:light dark;--text:#1b1b1f;--dim:#5d5e66;--line:#d5d6dd;--ground:#fff;--down:#b3261e;--degraded:#8a5a00;--risk:#006879;--up:#256b2c}
@media(prefers-color-scheme:dark){:root{--text:#e6e6ea;--dim:#a2a3ab;--line:#3b3c44;--ground:#16171b;--down:#ff8a80;--degraded:#f0bf6a;--risk:#7fd3e6;--up:#8fd694}}
body{margin:0 auto;max-width:60rem;padding:1.5rem 1rem 4rem;font:16px/1.5 system-ui,sans-serif;color:var(--text);background:var(--ground)}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .25rem;border-left:5px solid var(--down);padding-left:.75rem;overflow-wrap:anywhere}
h2{font-size:1.05rem;margin:2rem 0 .5rem}
p.context{color:var(--dim);margin:0 0 1.5rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .9rem .3rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere;min-width:4.5rem}
th{color:var(--dim);font-weight:500}
td:first-child{color:var(--dim);overflow-wrap:normal}
li{overflow-wrap:anywhere}
svg{width:100%;height:auto;font:13px system-ui,sans-serif}
svg.timeline{min-width:34rem}
svg text{fill:var(--text)}
.axis,.tick{stroke:var(--line)}
.outage{stroke:var(--down);stroke-width:4}
circle{fill:var(--dim)} circle.down{fill:var(--down)} circle.up{fill:var(--up)} circle.change{fill:var(--degraded)}
rect{fill:none;stroke:var(--line);stroke-width:1.5} rect.down{stroke:var(--down);stroke-width:2.5} rect.degraded{stroke:var(--degraded);stroke-width:2.5} rect.at-risk{stroke:var(--risk);stroke-width:2.5}
.need{fill:none;stroke:var(--dim)}
@media print{body{max-width:none}}
`;

/** A report as one HTML file: nothing is loaded from anywhere, nothing runs, and what came from outside is text. */
export function renderHtml(report: IncidentReport): string {
  const graph = svgGraph(report);
  const pictures = new Map([
    ['How long it took', svgTimeline(report)],
    ['Who was hit', graph],
  ]);
  const parts = sectionsOf(report).map((section) => sectionHtml(section, pictures.get(section.title) ?? ''));
  return (
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
    `<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">` +
    `<title>${escapedHtml(`${report.id}: ${report.title}`)}</title><style>${STYLE}</style></head><body>\n` +
    `<h1>${escapedHtml(report.title)}</h1>\n<p class="context">${escapedHtml(`${report.id} on ${report.instance}`)}</p>\n` +
    `${parts.join('\n')}\n</body></html>\n`
  );
}

function sectionHtml({ title, kind, head, rows }: Section, picture: string): string {
  const drawn = picture === '' ? '' : `<div class="scroll">${picture}</div>`;
  return `<section><h2>${escapedHtml(title)}</h2>${drawn}${kind === 'list' ? listHtml(rows) : tableHtml(head, rows)}</section>`;
}

function listHtml(rows: Section['rows']): string {
  return `<ul>${rows.map((row) => `<li>${row.map(escapedHtml).join(' ')}</li>`).join('')}</ul>`;
}

function tableHtml(head: Section['head'], rows: Section['rows']): string {
  const top =
    head === undefined ? '' : `<thead><tr>${head.map((cell) => `<th>${escapedHtml(cell)}</th>`).join('')}</tr></thead>`;
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${escapedHtml(cell)}</td>`).join('')}</tr>`).join('');
  return `<div class="scroll"><table>${top}<tbody>${body}</tbody></table></div>`;
}
