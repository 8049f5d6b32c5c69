import type { Mistakes } from './mistakes.ts';
import type { Source } from './source.ts';

const USER_INFO = /\b([a-z][a-z0-9+.-]*):\/\/([^\s/?#@"']+)@/gi;

/**
 * A password in a URL, wherever in a file it stands: in a field that is no secret, in a comment, or in a document
 * that cannot be read. Each is told, and what is told as a secret is hidden in every code frame.
 */
export function tellCredentials(source: Source, mistakes: Mistakes): void {
  for (const match of source.text.matchAll(USER_INFO)) {
    const [whole, scheme = '', userInfo = ''] = match;
    const colon = userInfo.indexOf(':');
    // A web address has no use for a user name alone: what stands there is a token.
    if (colon < 0 && !/^https?$/i.test(scheme)) continue;
    const hidden = userInfo.slice(colon + 1);
    if (hidden === '' || hidden.startsWith('${')) continue;
    const end = match.index + whole.length - 1;
    mistakes.finding('warning', {
      code: 'secret/inline',
      place: source.place(end - hidden.length, end),
      subject: `${scheme}:`,
      message: 'a secret stands in the file itself, in a URL',
      help: 'write "${env:NAME}" or "${file:path}" instead',
    });
  }
}
