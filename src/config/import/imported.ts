import type { Foreign } from './foreign.ts';

/** Something of another program's configuration that has no counterpart here, or must be written by hand. */
export interface LeftOut {
  readonly file: string;
  readonly line: number;
  /** Its dotted path in that file. */
  readonly what: string;
  readonly why: string;
}

/** A service as an importer understood it; the fields are written as they are. */
export interface ImportedService {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly probes: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Names of other services that it depends on; nobody has said how much. */
  readonly needs: readonly string[];
  /** Choices that were made for it, as sentences; they stand above it in the draft. */
  readonly notes?: readonly string[];
}

/** Reads one kind of foreign configuration. Pure: files come in as documents, services go out. */
export type Importer = (documents: readonly Foreign[], services: Gathered) => void;

/** Services by name, in the order in which they were met. */
export class Gathered {
  readonly #services = new Map<string, ImportedService>();

  /** Adds a service, or more of one that is there: fields that it has stay, its needs and probes are joined. */
  add(service: ImportedService): void {
    const before = this.#services.get(service.name);
    if (before === undefined) {
      this.#services.set(service.name, service);
      return;
    }
    const probes: Record<string, Readonly<Record<string, unknown>>> = { ...before.probes };
    for (const [name, probe] of Object.entries(service.probes)) probes[freeName(name, (one) => one in probes)] = probe;
    this.#services.set(service.name, {
      ...before,
      fields: { ...service.fields, ...before.fields },
      probes,
      needs: [...new Set([...before.needs, ...service.needs])],
      notes: [...new Set([...(before.notes ?? []), ...(service.notes ?? [])])],
    });
  }

  has(name: string): boolean {
    return this.#services.has(name);
  }

  /** A name that no service has yet. */
  free(name: string): string {
    return freeName(name, (one) => this.#services.has(one));
  }

  all(): readonly ImportedService[] {
    return [...this.#services.values()];
  }
}

/** A name as our language allows it: `Payments API` → `payments-api`. */
export function nameOf(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 100)
    .replace(/-+$/, '');
  return name === '' ? 'unnamed' : name;
}

/** `name`, or the first of `name-2`, `name-3` … that is not taken. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(name)) return name;
  for (let n = 2; ; n += 1) if (!isTaken(`${name}-${String(n)}`)) return `${name}-${String(n)}`;
}

/** A mapping without its absent values. */
export function present(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
