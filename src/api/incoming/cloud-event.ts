import { problem } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { CLOUD_EVENT, fieldsOf, textOf } from './incoming.ts';
import type { Incoming } from './incoming.ts';

/** A CloudEvent 1.0, as far as we look at it. */
export interface CloudEvent {
  readonly type: string;
  readonly source: string;
  readonly subject?: string | undefined;
  /** RFC 3339. */
  readonly time?: string | undefined;
  readonly data: unknown;
}

/**
 * The CloudEvent in a request: structured (its media type says so) or binary (its attributes are `ce-` headers and
 * the body is its data); undefined where it is none. https://github.com/cloudevents/spec, HTTP binding 1.0.2
 */
export function cloudEventOf({ mediaType, headers, body }: Incoming): CloudEvent | Problem | undefined {
  if (mediaType === CLOUD_EVENT) {
    const event = fieldsOf(body);
    if (event === undefined) return problem('invalid', 'a CloudEvent is a JSON object; batches are not taken');
    return checked((name) => textOf(event[name]), event['data']);
  }
  if (headers['ce-specversion'] === undefined) return undefined;
  return checked((name) => attribute(headers[`ce-${name}`]), body);
}

function checked(attributeOf: (name: string) => string | undefined, data: unknown): CloudEvent | Problem {
  const version = attributeOf('specversion');
  if (version !== '1.0') return problem('invalid', `a CloudEvent of version ${version ?? 'unknown'}; 1.0 is taken`);
  const [type, source] = [attributeOf('type'), attributeOf('source')];
  if (type === undefined || source === undefined || attributeOf('id') === undefined)
    return problem('invalid', 'a CloudEvent has id, source and type');
  return { type, source, subject: attributeOf('subject'), time: attributeOf('time'), data };
}

/** Header values are percent-encoded (HTTP binding, 3.1.3.2). */
function attribute(value: string | readonly string[] | undefined): string | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    return textOf(decodeURIComponent(value));
  } catch {
    return textOf(value);
  }
}
