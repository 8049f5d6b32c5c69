import { createHash } from 'node:crypto';
import { compress, decompress } from '../compression.ts';
import { exampleText, formText, parseForm, type Form } from '../page/form.ts';
import type { Observation } from '../page/page.ts';
import type { Statements } from '../statements.ts';

/** How stale a content's `used_at` may be; pruning leaves that much margin. */
export const USED_AT_STEP_MS = 24 * 3_600_000;
/** Form texts kept in memory, in characters; a form has about a thousand. */
const MAX_CACHED_CHARACTERS = 16 * 1024 * 1024;

interface Known {
  readonly id: number;
  readonly form: Form;
  usedAt: number;
}

/** What repeats, stored once by its SHA-256: the forms of observations, and configurations. Used in transactions. */
export class ContentStore {
  readonly #statements: Statements;
  readonly #forms = new Map<string, Known>();
  #characters = 0;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /** The form of an observation, stored if it is new. */
  formOf(observation: Observation): { readonly id: number; readonly form: Form } {
    const text = formText(observation);
    const known = this.#forms.get(text);
    if (known) {
      if (observation.at - known.usedAt > USED_AT_STEP_MS) {
        this.#use(known.id, observation.at);
        known.usedAt = observation.at;
      }
      return known;
    }
    const { id, body } = this.#store(`form\n${text}`, () => exampleText(observation), observation.at);
    const found = { id, form: parseForm(body), usedAt: observation.at };
    this.#remember(text, found);
    return found;
  }

  /** The id of a configuration's text, stored if it is new. */
  configuration(text: string, at: number): number {
    return this.#store(`configuration\n${text}`, () => text, at).id;
  }

  /** Forgets what it remembers: after a transaction that was rolled back, its ids may not be there. */
  forget(): void {
    this.#forms.clear();
    this.#characters = 0;
  }

  #store(named: string, make: () => string, at: number): { readonly id: number; readonly body: string } {
    const sha256 = createHash('sha256').update(named).digest();
    const row = this.#statements
      .query<readonly [id: number, usedAt: number, body: Uint8Array]>(
        'SELECT id, used_at, body FROM content WHERE sha256 = ?',
      )
      .get(sha256);
    if (row) {
      const [id, usedAt, body] = row;
      if (at > usedAt) this.#use(id, at);
      return { id, body: decompress(body, `content ${id}`) };
    }
    const body = make();
    const { id } = this.#statements.run(
      'INSERT INTO content (sha256, used_at, body) VALUES (?, ?, ?)',
      sha256,
      at,
      compress(body),
    );
    return { id, body };
  }

  #use(id: number, at: number): void {
    this.#statements.run('UPDATE content SET used_at = ? WHERE id = ?', at, id);
  }

  #remember(text: string, known: Known): void {
    if (this.#characters + text.length > MAX_CACHED_CHARACTERS) this.forget();
    this.#forms.set(text, known);
    this.#characters += text.length;
  }
}
