import type { ProbeKind } from '../ports/probe-kind.ts';
import { converse } from './dialogue/converse.ts';
import { judgeDialogue, stepsOf } from './dialogue/judge-dialogue.ts';
import type { DialogueMeasured } from './dialogue/measured.ts';
import { smtpOptions, type SmtpOptions } from './smtp/options.ts';
import { smtpQuestions } from './smtp/questions.ts';
import { smtpSession, type SmtpAnswer } from './smtp/session.ts';
import { hostAndPortOf } from './net/urls.ts';
import { NETWORK_FACTS } from './net/fact-names.ts';

/** What a run of an `smtp` probe brought home. */
export type SmtpMeasured = DialogueMeasured<SmtpAnswer>;

/** Speaks with a mail server up to where mail would begin. */
export const smtp: ProbeKind<SmtpOptions, SmtpMeasured> = {
  name: 'smtp',
  description:
    'Speaks with a mail server up to where mail would begin, and sends none: greeting, EHLO, TLS where `starttls` is ' +
    'set (on port 465 from the start), AUTH where a `username` is given, QUIT. Without a login it is shallow.',
  example: `kind: smtp
host: smtp.example
port: 587
starttls: true
username: tocsin
password: "\${env:SMTP_PASSWORD}"
`,
  schema: smtpOptions,
  traits: {
    steps: stepsOf(smtpQuestions(everyStep())),
    facts: NETWORK_FACTS,
    origin: 'run',
    onDemand: true,
    network: true,
  },
  deep: ({ username }) => username !== undefined,
  shorthand: { example: 'smtp://mail.example:25', schemes: ['smtp'], options: hostAndPortOf },
  steps: (options) => stepsOf(smtpQuestions(options)),
  async run(options, context) {
    const { measured } = await converse(
      {
        host: options.host,
        lookup: options,
        questions: smtpQuestions(options),
        session: (address) => smtpSession(options, address, context),
      },
      context,
    );
    return measured;
  },
  judge: (measured, options) =>
    judgeDialogue(measured, smtpQuestions(options), {
      minDaysLeft: options.tls.minDaysLeft,
      evidence: ({ reply }) => (reply === undefined ? {} : { code: reply.code, text: reply.lines.join('\n') }),
    }),
};

function everyStep(): SmtpOptions {
  return smtpOptions.parse({ host: 'smtp.example', starttls: true, username: 'any', password: 'any' });
}
