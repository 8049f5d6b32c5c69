const FIELDS: readonly {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly words?: string;
}[] = [
  { name: 'second', min: 0, max: 59 },
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, words: 'jan feb mar apr may jun jul aug sep oct nov dec' },
  { name: 'day of week', min: 0, max: 7, words: 'sun mon tue wed thu fri sat' },
];

/**
 * What is wrong with a cron expression of five fields, or six with seconds first; undefined where nothing is.
 * Lists, ranges, steps and the English short names of months and days are known.
 */
export function cronProblem(expression: string): string | undefined {
  const parts = expression.trim().toLowerCase().split(/\s+/);
  if (parts.length !== 5 && parts.length !== 6) {
    return `a cron expression has 5 fields, or 6 with seconds, not ${expression.trim() === '' ? 0 : parts.length}`;
  }
  const fields = parts.length === 6 ? FIELDS : FIELDS.slice(1);
  for (const [index, field] of fields.entries()) {
    const part = parts[index] ?? '';
    for (const item of part.split(',')) {
      if (!isItem(item, field)) return `${part} is no ${field.name} (${field.min} to ${field.max})`;
    }
  }
  return undefined;
}

function isItem(item: string, field: (typeof FIELDS)[number]): boolean {
  const match = /^(\*|[a-z0-9]+(?:-[a-z0-9]+)?)(?:\/(\d{1,3}))?$/.exec(item);
  if (match === null) return false;
  if (match[2] !== undefined && Number(match[2]) < 1) return false;
  if (match[1] === '*') return true;
  const bounds = (match[1] ?? '').split('-').map((text) => valueOf(text, field));
  const [from, to = from] = bounds;
  return from !== undefined && to !== undefined && bounds.every((n) => n !== undefined) && from <= to;
}

function valueOf(text: string, field: (typeof FIELDS)[number]): number | undefined {
  const word = field.words?.split(' ').indexOf(text) ?? -1;
  if (word >= 0) return word + field.min;
  if (!/^\d{1,2}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= field.min && value <= field.max ? value : undefined;
}
