import type { Need } from '../model/configuration.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Mistakes } from './mistakes.ts';

/**
 * One capability that needs another in two ways (hard and soft, or cached for different times) says two things
 * about the same failure, and one that needs it twice in one list says nothing more by it. The same need at the
 * capability and at its service is one need. Members of `any` may be needed in another way beside it.
 */
export function tellContradictingNeeds(own: readonly Need[], shared: readonly Need[], mistakes: Mistakes): void {
  tellRepetitions(own, mistakes);
  tellRepetitions(shared, mistakes);
  const first = new Map<string, Need>();
  for (const need of [...shared, ...own]) {
    if (need.kind === 'any') continue;
    const before = first.get(need.of);
    if (before === undefined) first.set(need.of, need);
    else if (contentOf(before) !== contentOf(need)) tell('config/conflict', before, need, mistakes);
  }
}

function tellRepetitions(needs: readonly Need[], mistakes: Mistakes): void {
  const first = new Map<string, Need>();
  for (const need of needs) {
    const content = contentOf(need);
    const before = first.get(content);
    if (before === undefined) first.set(content, need);
    else tell('config/double', before, need, mistakes);
  }
}

function tell(code: 'config/conflict' | 'config/double', before: Need, need: Need, mistakes: Mistakes): void {
  const { file, line, column } = before.place;
  const where = `${file}:${line}:${column}`;
  const subject = need.kind === 'any' ? need.of.join(', ') : need.of;
  const message =
    code === 'config/double'
      ? `${need.kind === 'any' ? 'the same choice' : subject} is needed twice, first at ${where}`
      : before.kind === need.kind
        ? `${subject} is needed in two ways, the other one at ${where}`
        : `${subject} cannot be needed both ${need.kind} and ${before.kind}, as ${where} says`;
  mistakes.error({ code, place: need.place, subject, message, help: 'keep one of them' });
}

function contentOf({ place: _, ...need }: Need): string {
  return canonicalJson(need);
}
