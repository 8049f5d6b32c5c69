import { capabilityOf } from './declare.ts';
import { drawTruth } from './truth.ts';
import type { Truth } from './truth.ts';
import { play } from './play.ts';
import type { Row } from './play.ts';
import type { Listener } from './drive.ts';
import { drawWorld } from './world.ts';

/** Prints one world in full: the truth, what failed, what was decided, and the verdict. */
export function show(row: Row, seed: number): void {
  const truth = drawTruth(drawWorld(seed, row.shape));
  console.log(`${row.name}, seed ${String(seed)}\n`);
  for (const line of tellTruth(truth)) console.log(line);
  const begin = truth.measured.from;
  const listener: Listener = (at, { entry, effects }) => {
    const parts: string[] = [];
    if (at >= begin - 30_000 && entry.kind === 'observation' && entry.outcome === 'fail')
      parts.push(`${entry.probe} fails (${entry.cause}): ${entry.class ?? ''}`);
    for (const effect of effects)
      if (effect.kind === 'decide') parts.push(`${effect.incident} ${effect.decision}: ${effect.reason}`);
    for (const part of parts) console.log(`${seconds(at - begin)}  ${part}`);
  };
  const { engine } = play(row, seed, listener);
  console.log(`\n${String(engine.pages)} pages, missed: ${engine.missed.map(capabilityOf).join(', ') || 'none'}`);
  for (const wrong of engine.wrong)
    console.log(`wrong at ${seconds(wrong.at - begin)}: ${wrong.members.map(capabilityOf).join(', ')}`);
}

function* tellTruth(truth: Truth): Iterable<string> {
  const begin = truth.measured.from;
  for (const [index, member] of truth.world.members.entries()) {
    const outages = truth.outages[index] ?? [];
    if (outages.length === 0) continue;
    const watch = member.watch === null ? 'unprobed' : `${member.watch.kind} every ${seconds(member.watch.everyMs)}`;
    const needs = member.needs.map(
      (n) => `${n.declared ? '' : 'undeclared '}${n.kind} ${[n.of].flat().map(capabilityOf).join('|')}`,
    );
    const times = outages.map(
      (o) => `${o.isOwn ? 'BROKEN' : 'hit'} ${seconds(o.from - begin)} to ${seconds(o.until - begin)} ${o.class}`,
    );
    yield `${capabilityOf(index)} (${watch}) needs ${needs.join(', ') || 'nothing'}: ${times.join('; ')}`;
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1).padStart(7)} s`;
}
