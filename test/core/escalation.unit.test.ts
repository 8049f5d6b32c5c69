import { expect, test } from 'vitest';
import type { Route } from '../../src/model/configuration.ts';
import type { Command } from '../../src/model/entry.ts';
import type { ChannelId, IncidentId } from '../../src/model/ids.ts';
import { HTTP, SEEDS, T, failing, zero } from './support/every-phase.ts';
import { makeConfiguration } from './support/make-configuration.ts';
import { START, Simulation } from './support/simulation.ts';

const to = (...channels: string[]): readonly ChannelId[] => channels as unknown as readonly ChannelId[];
const MINUTE = 60_000;
const LASTING = failing({ dep: HTTP }, T, T + 10 * MINUTE);

const routes: readonly Partial<Route>[] = [
  {
    page: to('oncall'),
    ticket: to('oncall'),
    escalate: [
      { afterMs: 2 * MINUTE, to: to('second', 'oncall') },
      { afterMs: 5 * MINUTE, to: to('manager') },
    ],
  },
];

const pages = (s: Simulation): string[] =>
  s.sent.filter((m) => m.event !== 'update').map((m) => `${m.event} ${m.channel}`);

/** Plays a root that fails for ten minutes, with operators' words at times. */
function played(check: (s: Simulation) => void, prepare: (s: Simulation) => Simulation = (s) => s): void {
  for (const seed of SEEDS.slice(0, 5)) {
    const configuration = makeConfiguration({ dep: zero({}) }, { routes });
    check(prepare(new Simulation(configuration, LASTING, seed)).run(T + 12 * MINUTE));
  }
}

function saying(at: number, command: Command): (s: Simulation) => Simulation {
  return (s) => s.at(at, { kind: 'command', command });
}

test('while nobody acknowledges, each step pages the next in its time, and all of them hear the end', () => {
  played((s) => {
    expect(pages(s)).toEqual([
      'page oncall',
      'page second',
      'page manager',
      'resolve oncall',
      'resolve second',
      'resolve manager',
    ]);
    const at = (event: string) => s.sent.find((m) => `${m.event} ${m.channel}` === event)?.at ?? 0;
    expect(at('page second') - at('page oncall')).toBe(2 * MINUTE);
    expect(at('page manager') - at('page oncall')).toBe(5 * MINUTE);
    expect(s.sent.find((m) => m.channel === 'second')?.reason).toBe('nobody acknowledged in 2 min');
    expect(s.sent.some((m) => m.event === 'update' && m.channel === 'oncall' && m.at === at('page second'))).toBe(true);
  });
});

test('an acknowledgement stops it', () => {
  const word: Command = { kind: 'acknowledge', incident: 'dep-1' as IncidentId, by: 'ann' };
  played(
    (s) => expect(pages(s)).toEqual(['page oncall', 'page second', 'resolve oncall', 'resolve second']),
    saying(T + 4 * MINUTE, word),
  );
});

test('a silence holds a step until it ends', () => {
  const quiet: Command = {
    kind: 'silence',
    id: 'quiet',
    match: { service: 'dep' },
    until: START + T + 8 * MINUTE,
    reason: 'known',
    by: 'ann',
  };
  played(
    (s) => {
      const second = s.sent.find((m) => m.channel === 'second');
      expect(second?.at).toBe(T + 8 * MINUTE);
    },
    saying(T + MINUTE, quiet),
  );
});
