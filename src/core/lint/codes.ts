/** Every finding there is, with what it says in general: for the reference, SARIF rules and acceptances. */
export const FINDINGS = {
  'accept/expired': 'an acceptance has run out: the finding counts again',
  'accept/useless': 'an acceptance accepts nothing',
  'coverage/redundant': 'two probes prove the same with the same steps',
  'coverage/shallow': 'tier 0 or 1, and its only evidence is shallow',
  'coverage/unprobed': 'something is needed hard and nobody probes it',
  'detect/budget': 'worst-case detection takes longer than what is promised',
  'detect/window': 'a window or timeout that the interval cannot fill',
  'graph/cycle': 'hard needs form a circle',
  'owner/missing': 'tier 0 or 1 and belongs to nobody',
  'page/none': 'a failure would reach nobody',
  'page/self': 'the page about a failure travels through what failed',
  'recovery/black-start': 'a circle of which nothing can start from cold',
  'recovery/break-glass-only': 'only break-glass is left when this is down',
  'recovery/expires': 'recoverable for a while (a cache), then not',
  'recovery/none': 'no declared way out works while this is down',
  'recovery/undeclared': 'tier 0 or 1, ours, and no way out declared',
  'runbook/missing': 'tier 0 or 1 and no runbook',
  'secret/inline': 'a secret stands in the file itself',
  'vantage/none': 'without anchors our own network cannot be told from theirs',
} as const satisfies Readonly<Record<string, string>>;

/** The code of a finding: `area/what`, stable. */
export type FindingCode = keyof typeof FINDINGS;

/** Whether a finding of this code can exist. */
export function isFindingCode(code: string): code is FindingCode {
  return Object.hasOwn(FINDINGS, code);
}
