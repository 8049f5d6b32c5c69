import { describe, expect, test } from 'vitest';
import { pageContent } from '../../../src/channels/page/page-content.ts';
import { plainText } from '../../../src/channels/page/page-lines.ts';
import { templateField } from '../../../src/channels/page/template.ts';
import type { Template } from '../../../src/channels/page/template.ts';
import type { Notification } from '../../../src/model/notification.ts';
import { incident, page, pageWith, resolve, test as testMessage } from '../samples/notifications.ts';

/** What is wrong with a template's body. */
function mistakes(body: string): string[] {
  return (
    templateField()
      .safeParse({ body })
      .error?.issues.map(({ message }) => message) ?? []
  );
}

function said(template: { headline?: string; body?: string }, message: Notification = page): string {
  const parsed: Template = templateField().parse(template);
  return plainText(pageContent(message, parsed));
}

describe('a template', () => {
  test('replaces the first line, what stands below it, or both', () => {
    expect(said({ headline: 'WAKE UP: {{ incident.title }}' })).toMatch(
      /^■ WAKE UP: no image can be signed: rekor answers with the wrong key\npage · rekor-3/,
    );
    expect(said({ body: '{% for i in incident.impact %}{{ i.capability }} {{ i.state }}\n{% endfor %}' })).toBe(
      '■ no image can be signed: rekor answers with the wrong key\n\ndis.sign down\ncd.deploy down\naudit.report at-risk',
    );
  });

  test('is the same for every event but a test, which has no incident', () => {
    const template = { headline: '{{ event }}: {{ incident.root.id }}', body: 'call 4711' };
    expect(said(template, resolve)).toBe('● resolve: rekor\n\ncall 4711');
    expect(said(template, testMessage)).toContain('nothing is wrong');
  });

  test('cannot hide that it is a drill', () => {
    expect(said({ headline: 'on fire' }, { ...page, drill: true })).toMatch(/^■ drill, nothing is broken: on fire/);
  });

  test('has an address at the end of a line as a link', () => {
    const content = pageContent(page, templateField().parse({ body: 'look: {{ incident.links.incident }}' }));
    expect(content.sections[0]?.items[0]).toMatchObject({
      text: 'look:',
      url: 'https://tocsin.example/incidents/rekor-3',
    });
  });

  test('shows nothing where a field is absent', () => {
    expect(
      said({ body: 'got {{ incident.root.got }}.' }, pageWith({ root: { ...incident.root, got: undefined as never } })),
    ).toContain('got .');
    expect(said({ body: '[{{ incident.links.replay }}]' })).toContain('[]');
  });

  test('gets what a target wrote as text on one line', () => {
    const root = { ...incident.root, message: '{{ secret }}\n\u202e<script>\u001b[2J' };
    expect(said({ body: '{{ incident.root.message }}' }, pageWith({ root }))).toContain(
      '{{ secret }}\\n\\u{202e}<script>\\u{1b}[2J',
    );
  });

  test('that breaks a bound at one message costs its words, not the message', () => {
    const impact = Array.from({ length: 100 }, () => incident.impact[0]!);
    const body = '{% for a in incident.impact %}{% for b in incident.impact %}{{ b.effect }}{% endfor %}{% endfor %}';
    const text = said({ body }, pageWith({ impact }));
    expect(text).toContain('ways out');
    expect(text).toContain("note: the channel's template failed, so these are the usual words");
  });
});

describe('when the configuration is read', () => {
  test.each([
    ['a variable that is not there', '{{ incident.titel }}', 'there is no incident.titel; incident has id, generation'],
    ['a variable that is nowhere', '\n  {{ colour }}', 'there is no colour; there are version, event'],
    [
      'a variable of an item',
      '{% for i in incident.impact %}{{ i.capabilty }}{% endfor %}',
      'undefined variable: i.capabilty',
    ],
    ['a filter that is not there', '{{ event | sha256 }}', 'undefined filter: sha256'],
    ['a tag that reads files', "{% include 'x' %}", 'tag "include" not found'],
    ['a prototype', '{{ event.constructor.name }}', 'there is no event.constructor'],
    ['a tag that does not end', '{% if event %}', 'not closed'],
    ['a loop that does not end in time', '{% for i in (1..9999999) %}{{ i }}{% endfor %}', 'limit exceeded'],
    [
      'an allocation without bound',
      '{% assign a = "x" %}{% for i in (1..60) %}{% assign a = a | append: a %}{% endfor %}',
      'limit exceeded',
    ],
  ])('%s is told', (_what, body, message) => {
    expect(mistakes(body).join()).toContain(message);
  });

  test('the place in the template is told, and every unknown variable at once', () => {
    expect(mistakes('{{ a }}\n {{ b }}').map((message) => message.replace(/;.*\(/, '; ('))).toEqual([
      'there is no a; (line 1, column 4 of the template)',
      'there is no b; (line 2, column 5 of the template)',
    ]);
  });
});
