/** The API could not be opened. Only `in-use` may pass by itself. */
export class ApiError extends Error {
  /** `in-use`: somebody listens there · `listen`: the address cannot be listened on (not ours, not permitted). */
  readonly code: 'in-use' | 'listen';

  constructor(code: ApiError['code'], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ApiError';
    this.code = code;
  }
}
