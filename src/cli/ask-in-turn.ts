import { createInterface } from 'node:readline';

/** What is asked, and what an empty line means. */
export interface Question {
  readonly question: string;
  readonly usual: string;
}

/** All answers in order; or why there are none: Ctrl-C, or the end of what could be read. */
export type Answered =
  | { readonly kind: 'answers'; readonly answers: readonly string[] }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'ended' };

/**
 * Asks one question after the other at a terminal. Lines that come at once (typed ahead, or pasted) answer the
 * questions in their order; whoever leaves before the last one has answered none.
 */
export async function askInTurn(
  questions: readonly Question[],
  terminal: { readonly input: NodeJS.ReadableStream; readonly output: NodeJS.WritableStream },
): Promise<Answered> {
  const lines = createInterface(terminal);
  const answers: string[] = [];
  const prompt = (): void => {
    const next = questions[answers.length];
    if (next === undefined) return;
    lines.setPrompt(`${next.question} [${next.usual}] `);
    lines.prompt();
  };
  const { promise, resolve } = Promise.withResolvers<Answered>();
  lines.on('line', (line) => {
    const asked = questions[answers.length];
    if (asked === undefined) return;
    answers.push(line.trim() === '' ? asked.usual : line.trim());
    if (answers.length === questions.length) resolve({ kind: 'answers', answers });
    else prompt();
  });
  lines.on('SIGINT', () => resolve({ kind: 'interrupted' }));
  lines.on('close', () => resolve({ kind: 'ended' }));
  if (questions.length === 0) resolve({ kind: 'answers', answers });
  prompt();
  try {
    return await promise;
  } finally {
    lines.close();
  }
}
