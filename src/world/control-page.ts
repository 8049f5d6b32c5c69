import type { WorldSwitch } from './switches.ts';

/** The control page, whole: no script, no other request. Reads at 390 px and on a wall, light and dark. */
export function controlPage(switches: readonly WorldSwitch[], watchedAt?: string): string {
  const broken = switches.filter((one) => one.active).length;
  const state = broken === 0 ? 'Nothing is broken.' : `${broken} of ${switches.length} switches on.`;
  const link =
    watchedAt === undefined
      ? ''
      : `<p class="muted">Tocsin watches this world and shows what it sees at <a href="${escaped(watchedAt)}">${escaped(watchedAt)}</a>.</p>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${broken === 0 ? '' : `■ ${broken} · `}Break the world</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Break the world</h1>
<p>Each switch breaks one thing, as it broke once for somebody. One page should follow within a minute, for the cause. Mend it, and its resolve should follow.</p>
${link}
<p class="state" role="status">${broken === 0 ? '<span class="up" aria-hidden="true">●</span>' : '<span class="down" aria-hidden="true">■</span>'} ${state}</p>
<ul>
${switches.map(item).join('\n')}
</ul>
</main>
</body>
</html>
`;
}

function item(one: WorldSwitch): string {
  const id = escaped(one.id);
  const mark = one.active ? '<span class="down">■ broken</span>' : '<span class="muted">● as it should be</span>';
  return `<li>
<div>
<h2 id="${id}">${escaped(one.title)}</h2>
<p class="muted">${escaped(one.describe)}</p>
<p class="mark">${mark}</p>
</div>
<form method="post" action="/switches/${id}">
<input type="hidden" name="active" value="${String(!one.active)}">
<button aria-describedby="${id}"${one.active ? ' class="mend"' : ''}>${one.active ? 'Mend' : 'Break'}</button>
</form>
</li>`;
}

const STYLE = `
:root { --ground: #fcfcfb; --text: #1c1d1f; --muted: #62656b; --line: #dddedf; --down: #b3261e; --up: #1a7446 }
@media (prefers-color-scheme: dark) {
  :root { --ground: #16181b; --text: #e6e7e9; --muted: #9a9ea6; --line: #2e3237; --down: #ff8a80; --up: #6fcf97 }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 44rem; margin: 0 auto; padding: 2rem 1.25rem 4rem }
h1 { font-size: 1.375rem; margin: 0 0 .5rem }
h2 { font-size: 1rem; margin: 0 }
p { margin: .25rem 0 }
a { color: inherit }
.muted { color: var(--muted) }
.down { color: var(--down) }
.up { color: var(--up) }
.state { margin-top: 1.5rem; font-variant-numeric: tabular-nums }
.mark { font-size: .875rem }
ul { list-style: none; margin: .75rem 0 0; padding: 0 }
li { display: flex; gap: 1rem; align-items: center; justify-content: space-between; padding: .875rem 0;
  border-top: 1px solid var(--line) }
button { font: inherit; min-width: 5.5rem; min-height: 2.75rem; padding: 0 1rem; color: var(--text);
  background: transparent; border: 1px solid var(--muted); border-radius: .375rem; cursor: pointer }
button:hover { border-color: var(--text) }
button:focus-visible { outline: 2px solid currentColor; outline-offset: 2px }
button.mend { color: var(--ground); background: var(--text); border-color: var(--text) }
@media (max-width: 30rem) {
  li { display: block }
  button { width: 100%; margin-top: .625rem }
}
`;

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
