const SHOWN = '<secret>';

/**
 * A value that must never be shown. It prints as `<secret>` by every road a value takes to a person or a
 * file: string conversion, JSON, and the inspector. `reveal()` is the only way to the value itself.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value, for the one place that sends it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return SHOWN;
  }
}
