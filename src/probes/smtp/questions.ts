import { printable } from '../../ports/printable.ts';
import { fails, held, type Known, type Question, type Verdict } from '../dialogue/question.ts';
import { plainCredentials } from './credentials.ts';
import type { SmtpOptions } from './options.ts';
import { classOfCode, extension } from './reply.ts';
import type { SmtpAnswer, SmtpAsked } from './session.ts';

type SmtpQuestion = Question<SmtpAsked, SmtpAnswer>;

/** RFC 2606 §2: a name that is nobody's. */
const HELLO = 'EHLO tocsin.invalid';

/** The steps of a run in order. It ends before any mail is spoken of. */
export function smtpQuestions(options: SmtpOptions): readonly SmtpQuestion[] {
  const wants = wantsOf(options);
  const hello = (step: string): SmtpQuestion => ({
    step,
    kind: 'reach',
    ask: () => say(HELLO),
    check: wants(250, HELLO),
  });
  const encryption: readonly SmtpQuestion[] = [
    { step: 'starttls', kind: 'reach', ask: () => say('STARTTLS'), check: encrypts(wants(220, 'STARTTLS')) },
    { step: 'tls', kind: 'reach', ask: () => ({ kind: 'encrypt' }), check: () => held() },
    // RFC 3207 §4.2: what was announced in the clear does not count any more.
    hello('ehlo-again'),
  ];
  return [
    { step: 'greeting', kind: 'reach', ask: () => ({ kind: 'connect' }), check: wants(220, 'connect') },
    hello('ehlo'),
    ...(options.starttls ? encryption : []),
    ...(options.username === undefined ? [] : [loginQuestion(options)]),
    { step: 'quit', kind: 'read', ask: () => say('QUIT'), check: wants(221, 'QUIT') },
  ];
}

function loginQuestion(options: SmtpOptions): SmtpQuestion {
  const { username = '', password } = options;
  return {
    step: 'auth',
    kind: 'read',
    ask(known) {
      const word = password?.reveal() ?? '';
      const methods = methodsOf(known);
      // RFC 4616; LOGIN was never standardised, and some offer nothing else.
      if (methods.includes('PLAIN')) return say(`AUTH PLAIN ${base64(plainCredentials(username, word))}`);
      if (methods.includes('LOGIN')) return say('AUTH LOGIN', base64(username), base64(word));
      return say('NOOP');
    },
    check(answer, known) {
      const methods = methodsOf(known);
      if (methods.includes('PLAIN') || methods.includes('LOGIN')) return wantsOf(options)(235, 'AUTH')(answer);
      const got = methods.length === 0 ? 'none' : printable(methods.join(' '), 200);
      const expected = 'AUTH PLAIN or AUTH LOGIN to be offered';
      return fails('semantic.unsupported', `${subjectOf(options)}: expected ${expected}, got ${got}`, {
        expected,
        got,
      });
    },
  };
}

function encrypts(check: (answer: SmtpAnswer) => Verdict): (answer: SmtpAnswer) => Verdict {
  return (answer) => {
    const verdict = check(answer);
    // Whatever the reason: there is no TLS where TLS was asked for.
    return verdict.holds ? verdict : { holds: false, fault: { ...verdict.fault, class: 'tls.handshake' } };
  };
}

function methodsOf(known: Known<SmtpAnswer>): readonly string[] {
  const reply = (known.get('ehlo-again') ?? known.get('ehlo'))?.reply;
  return (reply && extension(reply, 'AUTH')) ?? [];
}

function subjectOf({ host, port }: SmtpOptions): string {
  return `SMTP with ${host} at port ${port}`;
}

/** Holds replies to a code; messages say whose replies they are. */
function wantsOf(options: SmtpOptions): (code: number, command: string) => (answer: SmtpAnswer) => Verdict {
  return (code, command) =>
    ({ reply }) => {
      if (reply?.code === code) return held(`${code} ${printable(reply.lines[0] ?? '', 100)}`);
      const got = reply === undefined ? 'nothing' : `${reply.code} ${printable(reply.lines.join(' '), 200)}`;
      const failureClass = reply === undefined ? 'protocol.malformed' : classOfCode(reply.code);
      return fails(failureClass, `${subjectOf(options)}, ${command}: expected ${code}, got ${got}`, {
        expected: String(code),
        got,
      });
    };
}

function say(...lines: readonly string[]): SmtpAsked {
  return { kind: 'say', lines };
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
