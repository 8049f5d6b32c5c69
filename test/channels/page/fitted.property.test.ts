import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitted } from '../../../src/channels/page/fitted.ts';
import { pageContent } from '../../../src/channels/page/page-content.ts';
import { plainText } from '../../../src/channels/page/page-lines.ts';
import type { PageContent } from '../../../src/channels/page/page-content.ts';
import { incident, page, pageWith } from '../samples/notifications.ts';

const upTo =
  (max: number) =>
  (content: PageContent): boolean =>
    plainText(content).length <= max;

test('whatever there is to say, it fits, and begins with the first line', () => {
  const sizes = fc.record({
    hits: fc.nat(300),
    length: fc.nat(3000),
    ways: fc.nat(30),
    max: fc.integer({ min: 300, max: 5000 }),
  });
  fc.assert(
    fc.property(sizes, ({ hits, length, ways, max }) => {
      const content = pageContent(
        pageWith({
          impact: Array.from({ length: hits }, () => ({ ...incident.impact[0]!, effect: 'e'.repeat(length) })),
          recovery: Array.from({ length: ways }, () => ({ ...incident.recovery[0]!, name: 'w'.repeat(length) })),
          root: { ...incident.root, message: 'm'.repeat(length) },
        }),
      );
      const text = plainText(fitted(content, upTo(max)));
      expect(text.length).toBeLessThanOrEqual(max);
      expect(text.split('\n')[0]).toBe(`■ ${incident.title}`);
    }),
  );
});

test('what fits is left as it is', () => {
  const content = pageContent(page);
  expect(fitted(content, () => true)).toBe(content);
});

test('what was held back goes first, then links and long lists, and the working way out stays nearly to the end', () => {
  const content = pageContent(page);
  const whole = plainText(content).length;
  const little = plainText(fitted(content, upTo(whole - 1)));
  expect(little).not.toContain('held back');
  expect(little).toContain('shortened: this service takes no more; the rest is in the incident');
  expect(little).toContain('what changed');
  const half = plainText(fitted(content, upTo(Math.floor(whole / 2))));
  expect(half).toContain('apply the last signed image by hand');
  expect(half).toContain('https://tocsin.example/incidents/rekor-3');
});

test('where not even the first line fits, it loses its end only', () => {
  const text = plainText(fitted(pageContent(page), upTo(30)));
  expect(text.length).toBeLessThanOrEqual(30);
  expect(text).toMatch(/^■ no image can be signed.*…$/);
});
