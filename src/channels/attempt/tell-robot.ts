import type { Secret } from '../../model/secret.ts';
import type { DeliverContext, Delivery } from '../../ports/channel-kind.ts';
import { callJson } from './call-json.ts';
import type { JsonAnswer } from './call-json.ts';
import { originOf, secretsOf } from './http-url.ts';
import { redacted } from './redacted.ts';

/** How a robot's service says what became of a message: by a number in the body of a 200. */
export interface RobotWords {
  /** The fields that hold the number (0: taken) and words for people. */
  readonly code: string;
  readonly words: string;
  /** Numbers that mean "too often". */
  readonly limited: ReadonlySet<number>;
  /** Numbers that mean the service's own trouble. */
  readonly passing: ReadonlySet<number>;
}

/** A robot that was sent too much takes nothing for a while; none says for how long. */
const LIMITED_MS = 60_000;

/** A message for a robot, whose webhook is its password. */
export interface RobotMessage {
  readonly url: Secret;
  /** Where the message really goes, if the signature is part of the address; default: `url`. */
  readonly signedUrl?: string;
  readonly body: unknown;
  readonly ca: string | undefined;
  readonly context: Pick<DeliverContext, 'signal' | 'now'>;
  /** What must not be shown, beside the address. */
  readonly secrets: readonly Secret[];
}

/** Posts one message to a group robot, and says what became of it. */
export async function tellRobot(robot: RobotWords, message: RobotMessage): Promise<Delivery> {
  const { url, signedUrl = url.reveal(), body, ca, context } = message;
  const tried = `POST to ${originOf(url)}`;
  const secrets = [...secretsOf(url), ...message.secrets];
  const answer = await callJson({ url: signedUrl, body, ca, context, tried, secrets });
  return robotVerdict(answer, { robot, tried, secrets });
}

/**
 * What a robot's answer means. A number that is neither 0, nor "too often", nor the service's own trouble is
 * final: a signature, a keyword or an address list that does not match will not match the next time.
 */
function robotVerdict(
  { body, delivery }: JsonAnswer,
  { robot, tried, secrets }: { robot: RobotWords; tried: string; secrets: readonly (Secret | string)[] },
): Delivery {
  if (delivery.kind !== 'delivered') return delivery;
  const code = numberIn(body, robot.code);
  if (code === undefined) return { kind: 'retry', error: `${tried}: answered without ${robot.code}` };
  if (code === 0) return { kind: 'delivered', detail: `${robot.code} 0` };
  const words = redacted(textIn(body, robot.words), secrets);
  const error = `${tried}: ${robot.code} ${code}${words === '' ? '' : `: ${words}`}`;
  if (robot.limited.has(code)) return { kind: 'retry', error, afterMs: LIMITED_MS };
  return { kind: robot.passing.has(code) ? 'retry' : 'failed', error };
}

function numberIn(body: unknown, name: string): number | undefined {
  const value = fieldOf(body, name);
  return typeof value === 'number' ? value : undefined;
}

function textIn(body: unknown, name: string): string {
  const value = fieldOf(body, name);
  return typeof value === 'string' ? value : '';
}

function fieldOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
}
