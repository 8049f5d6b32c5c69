import { describe, expect, test } from 'vitest';
import { allKinds, NO_SCREEN } from '../../src/app/kinds.ts';
import { PINNABLE } from '../../src/config/grammar/pin-value.ts';
import { loadConfiguration } from '../../src/config/load-configuration.ts';
import { textFiles } from '../config/load-texts.ts';

const kinds = allKinds(NO_SCREEN);

async function mistakesOf(probe: string): Promise<readonly (readonly [string, string | undefined])[]> {
  const text = `server: {}\nservices:\n  shop:\n    owner: web\n    probes:\n      p: ${probe}\n`;
  const result = await loadConfiguration({
    paths: ['.'],
    kinds: kinds.probes,
    channelKinds: kinds.channels,
    read: textFiles({ 'tocsin.yaml': text }),
    env: () => undefined,
  });
  return result.ok ? [] : result.diagnostics.map(({ message, help }) => [message, help] as const);
}

describe('a pin', () => {
  test('of what the kind never measures is refused, with what it does measure', async () => {
    expect(await mistakesOf('{ kind: tcp, host: a.example, port: 22, pin: { digest: "sha256:ab*" } }')).toEqual([
      ['tcp never measures digest, so this pin could not hold', 'of tcp: addresses, cname'],
    ]);
    expect(await mistakesOf('{ kind: dns, name: a.example, pin: { addresses: 192.0.2.1 } }')).toEqual([
      ['dns never measures addresses, so this pin could not hold', 'of dns: answers, cname, dnssec'],
    ]);
  });

  test('of what it measures is taken', async () => {
    expect(await mistakesOf('{ kind: tcp, host: a.example, port: 22, pin: { addresses: 2001:db8::/32 } }')).toEqual([]);
  });

  test.each(PINNABLE)('of %s can hold for one kind at least', (fact) => {
    const measuring = [...kinds.probes.values()].filter(({ traits }) => traits.facts?.includes(fact) === true);
    expect(measuring.map(({ name }) => name)).not.toEqual([]);
  });
});
