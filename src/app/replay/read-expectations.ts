import { readExpectations } from '../../config/expectations.ts';
import type { ExpectationsRead } from '../../config/expectations.ts';
import { configurationFiles } from '../configuration-files.ts';

/** A file of expectations is written by hand. */
const MAX_BYTES = 1_048_576;

/** Expectations of a file, or every mistake in it; and its text, for showing where they stand. */
export async function expectationsOf(
  file: string,
): Promise<{ readonly read: ExpectationsRead; readonly text: string }> {
  const text = await configurationFiles.text(file, MAX_BYTES);
  return { read: readExpectations(file, text), text };
}
