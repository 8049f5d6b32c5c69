import type { RunContext } from '../../ports/probe-kind.ts';
import type { HttpAnswer } from '../dialogue/http-session.ts';
import { httpSession } from '../dialogue/http-session.ts';
import { lookUpHost } from '../net/connection.ts';
import { maskFor } from '../net/mask.ts';
import { hostOf, shownUrl } from '../net/urls.ts';
import type { FulcioOptions } from './options.ts';
import { asDependency, type FulcioAsked } from './questions.ts';

/**
 * Asks the certificate transparency log, once in a run however many addresses the authority has: it is one log
 * for all of them. Its name is looked up as the authority's is.
 */
export function askCtLog(options: FulcioOptions, context: RunContext): (asked: FulcioAsked) => Promise<HttpAnswer> {
  let answer: Promise<HttpAnswer> | undefined;
  return (asked) => (answer ??= ask(asked, options, context));
}

async function ask(asked: FulcioAsked, options: FulcioOptions, context: RunContext): Promise<HttpAnswer> {
  const { ctLog, tls } = options;
  if (ctLog === undefined) throw new Error('the log is asked only where one is configured');
  const { url } = ctLog;
  const found = await lookUpHost(hostOf(new URL(url)), options, context);
  const [address] = found.addresses;
  if (address === undefined) {
    const request = `GET ${shownUrl(`${url}${asked.path}`)}`;
    return asDependency({ request, ms: found.ms, body: '', ...(found.stopped && { stopped: found.stopped }) });
  }
  const session = httpSession({ url, address, headers: {}, tls, mask: maskFor(options) }, context);
  return asDependency(await session.ask(asked));
}
