import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { capture, parseCapture, type Captured } from '../../../src/probes/flow/captures.ts';
import { fillRequest } from '../../../src/probes/flow/fill.ts';
import { flowOptions, type FlowRequest } from '../../../src/probes/flow/options.ts';
import type { HttpExchange } from '../../../src/probes/net/http-exchange.ts';

/** Texts that mean something where they do not belong, and any others. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 50 }),
  fc
    .array(
      fc.constantFrom('.', '..', '/', '\\', '?', '#', '@', ':', '%2e', '%', '\r\n', '"', '&', '=', '${a.b}', ' '),
      {
        minLength: 1,
        maxLength: 6,
      },
    )
    .map((parts) => parts.join('')),
);

/** A step with everything filled in, or undefined where the text was refused. */
function filledWith(text: string, step: object): FlowRequest | undefined {
  const first = { name: 'a', url: 'http://a.example/', capture: { b: 'json.b' } };
  const options = flowOptions.parse({ steps: [first, { name: 'c', url: 'http://a.example/', ...step }] });
  const captured: Captured = { value: text, text, secret: true };
  const filled = fillRequest(options.steps[1] as FlowRequest, new Map([['a.b', captured]]));
  return 'stopped' in filled ? undefined : filled.request;
}

describe('whatever a target gives', () => {
  test('it never chooses the host, the path or another parameter', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const request = filledWith(text, { url: 'http://a.example:81/x/${a.b}/y?p=${a.b}&q=1' });
        if (request === undefined) return;
        const url = new URL(request.url);
        expect(url.origin).toBe('http://a.example:81');
        expect(url.pathname.split('/')).toHaveLength(4);
        expect([...url.searchParams.keys()]).toEqual(['p', 'q']);
        expect(url.searchParams.get('p')).toBe(text);
        expect(url.hash).toBe('');
      }),
    );
  });

  test('it never ends a header', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const request = filledWith(text, { headers: { 'x-it': 'is ${a.b}' }, auth: { bearer: '${a.b}' } });
        expect(request?.headers['x-it']?.reveal() ?? '').toMatch(/^[\t\x20-\x7e\x80-\xff]*$/);
        expect(request?.auth?.bearer?.reveal() ?? '').toMatch(/^[\t\x20-\x7e\x80-\xff]*$/);
      }),
    );
  });

  test('it is one string of a JSON body, and one field of a form', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const json = { 'content-type': 'application/json' };
        const asText = filledWith(text, { method: 'POST', headers: json, body: '{"p":"${a.b}","q":1}' });
        expect(JSON.parse(asText?.body ?? '')).toEqual({ p: text, q: 1 });
        const form = { 'content-type': 'application/x-www-form-urlencoded' };
        const asForm = filledWith(text, { method: 'POST', headers: form, body: 'p=${a.b}&q=1' });
        if (asForm === undefined) return;
        expect([...new URLSearchParams(asForm.body)]).toEqual([
          ['p', text],
          ['q', '1'],
        ]);
      }),
    );
  });

  test('it is not looked through for references again', () => {
    const request = filledWith('${a.b}${run.nonce}', { method: 'POST', json: { p: '${a.b}' } });
    expect(request?.json).toEqual({ p: '${a.b}${run.nonce}' });
  });
});

describe('a capture', () => {
  const exchange = (body: Buffer, headers: Record<string, string> = {}): HttpExchange => ({
    url: 'http://a.example/',
    status: 200,
    headers,
    body,
    truncated: false,
    phases: {},
    addresses: [],
    cname: [],
    redirects: [],
  });

  test('never fails, whatever is written and whatever comes back, and is bounded', () => {
    const source = fc.oneof(fc.string(), fc.constantFrom('json', 'json.a', 'json[0]', 'headers.x', 'cookies.a'));
    fc.assert(
      fc.property(source, fc.uint8Array({ maxLength: 200 }), fc.string(), (from, bytes, header) => {
        const taken = capture(exchange(Buffer.from(bytes), { x: header, 'set-cookie': header }), from, true);
        const text = taken.kind === 'captured' ? taken.captured.text : taken.got;
        expect(text.length).toBeLessThanOrEqual(8192);
      }),
    );
  });

  test.each<[string, string, unknown, unknown]>([
    ['a text', 'json.a', { a: 'x' }, { value: 'x', text: 'x', secret: false }],
    ['a number', 'json.a[1].b', { a: [0, { b: 12_345 }] }, { value: 12_345, text: '12345', secret: true }],
    ['a truth', "json['a b']", { 'a b': false }, { value: false, text: 'false', secret: true }],
  ])('takes %s', (_what, from, json, captured) => {
    const taken = capture(exchange(Buffer.from(JSON.stringify(json))), from, true);
    expect(taken).toEqual({ kind: 'captured', captured });
  });

  test.each<[string, string, unknown, string]>([
    ['what is absent', 'json.b', { a: 1 }, 'semantic.missing'],
    ['what is null', 'json.a', { a: null }, 'semantic.missing'],
    ['what is empty', 'json.a', { a: '' }, 'semantic.missing'],
    ['what is more than one value', 'json.a', { a: {} }, 'semantic.wrong_value'],
    ['what is longer than anybody passes on', 'json.a', { a: 'x'.repeat(9000) }, 'protocol.too_large'],
  ])('does not take %s', (_what, from, json, expected) => {
    const taken = capture(exchange(Buffer.from(JSON.stringify(json))), from, true);
    expect(taken).toMatchObject({ kind: 'missing', class: expected });
  });

  test.each(['', 'json.', 'jsonx', 'body', 'headers', 'headers.a b', 'cookies.', 'json..a', '$.a'])(
    '%j is not where one can be taken from',
    (text) => {
      expect(parseCapture(text)).toBeUndefined();
    },
  );
});
