import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { followDockerfile, instructionsOf } from '../../scripts/dockerfile-steps.ts';

describe('following a Dockerfile without an engine', () => {
  let context: string;
  let scratch: string;
  beforeEach(() => {
    context = mkdtempSync(path.join(tmpdir(), 'tocsin-context-'));
    scratch = mkdtempSync(path.join(tmpdir(), 'tocsin-scratch-'));
    writeFileSync(path.join(context, '.dockerignore'), '*\n!kept.txt\n');
    writeFileSync(path.join(context, 'kept.txt'), 'kept');
    writeFileSync(path.join(context, 'secret.txt'), 'secret');
  });
  afterEach(() => {
    rmSync(context, { recursive: true });
    rmSync(scratch, { recursive: true });
  });

  const follow = (...lines: string[]) => {
    writeFileSync(path.join(context, 'Dockerfile'), lines.join('\n'));
    return followDockerfile(context, scratch);
  };

  test('joins continued lines and leaves comments out', () => {
    expect(instructionsOf('# why\nRUN a && \\\n    b\n\ncmd ["x"]\n')).toEqual([
      { name: 'RUN', text: 'a && b' },
      { name: 'CMD', text: '["x"]' },
    ]);
  });

  test('carries a file from the context through one stage into the next', () => {
    const image = follow(
      'FROM node:24-slim AS build',
      'WORKDIR /build',
      'COPY kept.txt ./',
      'RUN tr a-z A-Z < kept.txt > loud.txt',
      'FROM node:24-slim',
      'WORKDIR /app',
      'COPY --from=build --chown=node:node /build/loud.txt texts/',
      'ENTRYPOINT ["cat", "/app/texts/loud.txt"]',
    );
    expect(readFileSync(path.join(image.root, 'app/texts/loud.txt'), 'utf8')).toBe('KEPT');
    expect(image).toMatchObject({ workdir: '/app', entrypoint: ['cat', '/app/texts/loud.txt'] });
  });

  test.each([
    ['a file that .dockerignore keeps out', 'COPY secret.txt ./', /keeps 'secret.txt' out/],
    ['a file that does not exist', 'COPY gone.txt ./', /'gone.txt' does not exist/],
    ['a stage that does not exist', 'COPY --from=gone /a ./', /no stage 'gone'/],
    ['a command that fails', 'RUN echo so && false', /RUN echo so && false failed: so/],
    ['an instruction that it does not know', 'ADD kept.txt ./', /cannot follow the instruction ADD/],
  ])('refuses %s', (_what, line, words) => {
    expect(() => follow('FROM node:24-slim', line)).toThrow(words);
  });
});
