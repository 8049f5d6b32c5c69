/**
 * What can go wrong in the world room itself.
 * `address-in-use`, `address-unavailable`: a server could not listen · `bad-file`: a kept file does not read ·
 * `no-answer`: a call inside the world got no answer · `bad-answer`: it got one that cannot be believed ·
 * `pool-full`: the signing service takes no more work · `too-large`: something outgrew its bound.
 */
export type WorldErrorCode =
  'address-in-use' | 'address-unavailable' | 'bad-file' | 'no-answer' | 'bad-answer' | 'pool-full' | 'too-large';

/** The one error class of the world room. Branch on `code`, never on the message. */
export class WorldError extends Error {
  readonly code: WorldErrorCode;

  constructor(code: WorldErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'WorldError';
    this.code = code;
  }
}
