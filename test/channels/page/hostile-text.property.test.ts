import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layOut, renderText } from '../../../src/channels/page/render-text.ts';
import { pageContent } from '../../../src/channels/page/page-content.ts';
import { plainText } from '../../../src/channels/page/page-lines.ts';
import { renderHtml } from '../../../src/channels/page/render-html.ts';
import { withoutMentions } from '../../../src/channels/page/without-mentions.ts';
import { blocks, fallbackText } from '../../../src/channels/slack/blocks.ts';
import { telegramHtml } from '../../../src/channels/telegram/html.ts';
import type { CapabilityId, ProbeId } from '../../../src/model/ids.ts';
import type { Notification } from '../../../src/model/notification.ts';
import { incident, pageWith } from '../samples/notifications.ts';

/** What a hostile target or a careless operator may have written anywhere. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom('\u001b', '[', '2', 'J', '\r', '\n', '\u202e', '\u2066', '<', '&', '"', 'a', ' '),
  }),
  fc.constantFrom(
    '<@all> <at user_id="all">',
    '<!everyone> @here &lt;',
    '\u001b]0;owned\u0007',
    '\u009b31m',
    '\ud800',
    '\u2028',
    '</table><script>alert(1)</script>',
  ),
);

const event = fc.constantFrom('page', 'ticket', 'notice', 'update', 'resolve' as const);

/** A notification in which every free text is hostile. */
const notification: fc.Arbitrary<Notification> = fc
  .tuple(fc.array(hostile, { minLength: 14, maxLength: 14 }), event)
  .map(([texts, chosen]) => {
    const text = (index: number): string => texts[index] ?? '';
    return pageWith(
      {
        title: text(0),
        owner: text(1),
        root: { ...incident.root, message: text(2), expected: text(3), got: text(4), probe: text(5) as ProbeId },
        impact: incident.impact.map((each) => ({ ...each, effect: text(6), capability: text(7) as CapabilityId })),
        changes: [{ at: text(8), service: text(8), summary: text(9), by: text(10), url: text(11) }],
        drift: incident.drift.map((each) => ({ ...each, fact: text(12), after: [text(13)] })),
        runbook: text(11),
        links: { [text(12)]: text(13) },
      },
      { event: chosen, instance: text(1), reason: text(2) },
    );
  });

test('nothing in a page can move the cursor, turn the text around or add a line', () => {
  fc.assert(
    fc.property(notification, (given) => {
      const { subject, text } = renderText(given, { columns: 80 });
      expect(subject).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    }),
  );
});

test('the only escapes in a coloured page are the colours themselves', () => {
  fc.assert(
    fc.property(notification, (given) => {
      const content = pageContent(given);
      const coloured = layOut(content, { columns: 80, colour: true });
      // eslint-disable-next-line no-control-regex
      expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(layOut(content, { columns: 80 }));
    }),
  );
});

test('nothing in a page can become markup', () => {
  fc.assert(
    fc.property(notification, (given) => {
      const tags = renderHtml(pageContent(given)).match(/<[a-z!/][^>]*>/gi) ?? [];
      const names = new Set(tags.map((tag) => tag.replace(/^<[/!]?([a-z]+).*$/is, '$1')));
      expect([...names].filter((name) => !'doctype html head meta body p strong table tr td a'.includes(name))).toEqual(
        [],
      );
    }),
  );
});

test('nothing in a page can become markup or call anybody in a chat', () => {
  fc.assert(
    fc.property(notification, (given) => {
      const content = pageContent(given);
      // Every <, > and & of a text is an entity; what is left are our own tags, balanced.
      const html = telegramHtml(content).replace(/&(?:amp|lt|gt|quot);/g, '');
      expect(html.replace(/<\/?(?:b|i|code)>|<a href="https?:[^"<>]*">|<\/a>/g, '')).not.toMatch(/[<>&]/);
      expect(fallbackText(content)).not.toMatch(/[<>]/);
      expect(withoutMentions(plainText(content))).not.toMatch(/<@|<\/?at\b/i);
      const kinds = blocks(content).flatMap(({ elements }) => elements.flatMap((section) => section.elements));
      expect(kinds.filter(({ type }) => type !== 'text' && type !== 'link')).toEqual([]);
    }),
  );
});
