import { z } from 'zod';
import { shownUrl } from '../net/urls.ts';
import { ask, headerOf, MAX_REFUSAL_BYTES, type Access, type Errand } from './ask.ts';
import type { Challenge } from './challenge.ts';
import { jsonIn } from './manifest.ts';
import type { Answer, UploadAnswers } from './measured.ts';
import { allows, credentials, fetchToken } from './token.ts';

const MAX_LOCATION = 500;

/**
 * Begins an upload of a blob and cancels it: everything that a push needs (right, quota, a disk that takes
 * writes), and no content. With tokens a new one is asked for, as those who push do.
 */
export async function tryUpload(
  challenge: Challenge | undefined,
  reading: Access,
  address: string,
  errand: Errand,
): Promise<UploadAnswers> {
  const { options } = errand;
  let access = reading;
  let answers: UploadAnswers = {};
  if (reading.kind === 'bearer' && challenge !== undefined) {
    const fetched = await fetchToken(challenge, ['pull', 'push'], address, errand);
    answers = { token: fetched.answer };
    if (fetched.token === undefined || !allows(fetched.answer.granted, options.repository, 'push')) return answers;
    access = { kind: 'bearer', token: fetched.token };
  }
  const quiet = { access, follow: 'never', maxBytes: MAX_REFUSAL_BYTES } as const;
  const url = `${options.registry}/v2/${options.repository}/blobs/uploads/`;
  const start = await ask({ ...quiet, url, method: 'POST' }, address, errand);
  answers = { ...answers, start: start.answer };
  if (start.answer.status === 403 && options.harbor) {
    const readOnly = await saysReadOnly(challenge, address, errand);
    return { ...answers, ...(readOnly !== undefined && { readOnly }) };
  }
  const location = headerOf(start.exchange, 'location');
  if (start.answer.status !== 202 || location === undefined || !URL.canParse(location, url)) return answers;

  const there = new URL(location, url);
  // Whatever host the registry names: the upload lies with the one that was asked, and so does our password.
  const upload = `${options.registry}${there.pathname}${there.search}`;
  const cancel = await cancelUpload(upload, challenge, access, address, errand);
  return { ...answers, location: shownUrl(there).slice(0, MAX_LOCATION), cancel };
}

/** With the right to push where that is enough; docker-registry wants the right to delete. */
async function cancelUpload(
  url: string,
  challenge: Challenge | undefined,
  pushing: Access,
  address: string,
  errand: Errand,
): Promise<Answer> {
  const question = { url, method: 'DELETE', follow: 'never', maxBytes: MAX_REFUSAL_BYTES } as const;
  const { answer } = await ask({ ...question, access: pushing }, address, errand);
  if (answer.status !== 401 || pushing.kind !== 'bearer' || challenge === undefined) return answer;
  const { token } = await fetchToken(challenge, ['pull', 'push', 'delete'], address, errand);
  if (token === undefined) return answer;
  return (await ask({ ...question, access: { kind: 'bearer', token } }, address, errand)).answer;
}

const systemShape = z.object({ read_only: z.boolean() });

/**
 * Harbor refuses a write with the same 403 and the same code whether the right is missing or it takes no writes
 * at all (garbage collection, an operator); only its system information tells them apart, and tells it to those
 * who log in.
 */
async function saysReadOnly(
  challenge: Challenge | undefined,
  address: string,
  errand: Errand,
): Promise<boolean | undefined> {
  const { registry } = errand.options;
  const realm = challenge?.realm ?? '';
  const ownRealm = URL.canParse(realm) && new URL(realm).origin === new URL(registry).origin;
  const asked = await ask(
    {
      url: `${registry}/api/v2.0/systeminfo`,
      access: ownRealm || challenge?.scheme === 'basic' ? credentials(errand.options) : { kind: 'anonymous' },
      accept: 'application/json',
      follow: 'never',
      maxBytes: MAX_REFUSAL_BYTES,
    },
    address,
    errand,
  );
  return asked.answer.status === 200 ? systemShape.safeParse(jsonIn(asked.body)).data?.read_only : undefined;
}
