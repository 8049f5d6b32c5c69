/**
 * A file that could not be handed over. `ReadFiles` rejects with it; the loader turns it into a diagnostic.
 * None of the codes may be retried by itself: the operator must mend a path or a permission.
 */
export class ConfigError extends Error {
  readonly code: 'missing' | 'outside' | 'too-large' | 'unreadable';
  constructor(code: ConfigError['code'], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ConfigError';
    this.code = code;
  }
}
