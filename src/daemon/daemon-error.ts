/** A broken assumption of the daemon itself, or something it cannot start with. */
export class DaemonError extends Error {
  /**
   * `log-gap`: entries are missing from the log · `unknown-kind`: a configuration names a kind that was not given
   * to the daemon · `bad-range`: an allow rule that is no address range · `bad-cron`: an expression that no
   * calendar understands. None may be retried as it is.
   */
  readonly code: 'log-gap' | 'unknown-kind' | 'bad-range' | 'bad-cron';

  constructor(code: DaemonError['code'], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'DaemonError';
    this.code = code;
  }
}

/** What an unknown thrown value says, for a message. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
