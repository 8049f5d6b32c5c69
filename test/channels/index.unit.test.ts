import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { channelKinds } from '../../src/channels/index.ts';

const kinds = channelKinds({ terminal: { write: () => undefined, colour: false, columns: 80 } });

test('the list holds every kind in the folder, and each is named like its file', async () => {
  const files = await readdir(new URL('../../src/channels/', import.meta.url), { withFileTypes: true });
  const named = files.filter((file) => file.isFile() && file.name.endsWith('.ts') && file.name !== 'index.ts');
  expect(kinds.map(({ name }) => name)).toEqual(named.map(({ name }) => basename(name, '.ts')).sort());
});

test.each(kinds.map((kind) => [kind.name, kind] as const))(
  '%s has fields that a JSON Schema can describe',
  (_name, kind) => {
    expect(z.toJSONSchema(kind.schema, { io: 'input' })).toMatchObject({ type: 'object', additionalProperties: false });
  },
);

test.each([
  ['webhook', ['secret', 'headers']],
  ['pagerduty', ['routingKey', 'api']],
  ['slack', ['token']],
  ['alertmanager', ['headers']],
  ['teams', ['url']],
  ['feishu', ['url', 'secret']],
  ['dingtalk', ['url', 'secret']],
  ['wecom', ['url']],
  ['ntfy', ['token']],
  ['telegram', ['token']],
  ['email', ['smtp']],
  ['exec', ['env']],
])('%s marks its secret fields in the JSON Schema', (name, fields) => {
  const kind = kinds.find((each) => each.name === name);
  const { properties = {} } = z.toJSONSchema(kind?.schema ?? z.never(), { io: 'input' }) as { properties?: object };
  const marked = Object.entries(properties).filter(([, property]) =>
    JSON.stringify(property).includes('"secret":true'),
  );
  expect(marked.map(([field]) => field).sort()).toEqual([...fields].sort());
});
