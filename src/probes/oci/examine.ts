import type { Finding } from '../judging/judgement.ts';
import { frontFinding, realmFinding, tokenFinding } from './access-findings.ts';
import { blobsFinding, manifestFinding, pinFinding, signatureFinding } from './content-findings.ts';
import type { Visit } from './measured.ts';
import type { OciOptions } from './options.ts';
import { uploadFinding } from './upload-findings.ts';

/**
 * The first thing that is wrong with what one address answered so far; undefined while nothing is. Pure: the run
 * uses it to see whether to ask on, and the judge to judge.
 */
export function findingOfVisit(visit: Visit, options: OciOptions): Finding | undefined {
  return (
    frontFinding(visit) ??
    realmFinding(visit, options) ??
    (visit.token && tokenFinding(visit.token, options, ['pull'])) ??
    manifestFinding(visit, options) ??
    pinFinding(visit, options) ??
    blobsFinding(visit) ??
    signatureFinding(visit) ??
    uploadFinding(visit, options)
  );
}
