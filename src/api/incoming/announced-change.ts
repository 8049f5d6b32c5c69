import { problem } from '../problem.ts';
import { cloudEventOf } from './cloud-event.ts';
import type { CloudEvent } from './cloud-event.ts';
import { fieldsOf, textOf } from './incoming.ts';
import type { Incoming, Translated } from './incoming.ts';

const MAX_SUMMARY = 1000;
const MAX_BY = 200;
const CDEVENT = /^dev\.cdevents\.([a-z]+)\.([a-z]+)\./i;
/** What a CDEvent is about when its subject is the service itself. */
const OF_SERVICES = 'service';

/**
 * An announced change out of whatever a pipeline sends: the plain body as it is; a CloudEvent whose data is the
 * plain body, or names its service by its subject; a CDEvent (https://cdevents.dev), which is a CloudEvent.
 */
export function announcedChange(incoming: Incoming): Translated {
  const event = cloudEventOf(incoming);
  if (event === undefined) return { kind: 'body', body: incoming.body };
  if ('kind' in event) return event;
  const found = CDEVENT.exec(event.type);
  const [, subject = '', predicate = ''] = found ?? [];
  return found === null ? ofCloudEvent(event) : ofCdEvent(event, subject.toLowerCase(), predicate.toLowerCase());
}

function ofCloudEvent({ type, source, subject, time, data }: CloudEvent): Translated {
  const said = fieldsOf(data) ?? {};
  const service = textOf(said['service']) ?? lastPart(subject);
  if (service === undefined)
    return problem('invalid', 'the CloudEvent names no service: neither by its data nor by its subject');
  return change({
    service,
    summary: textOf(said['summary']) ?? type,
    at: textOf(said['at']) ?? time,
    by: textOf(said['by']) ?? source,
    url: textOf(said['url']),
  });
}

/** `data` is `{ context, subject, customData }`; a service, an artifact and an environment are named in the subject. */
function ofCdEvent({ source, time, data }: CloudEvent, about: string, predicate: string): Translated {
  const said = fieldsOf(data) ?? {};
  const context = fieldsOf(said['context']) ?? {};
  const subject = fieldsOf(said['subject']) ?? {};
  const content = fieldsOf(subject['content']) ?? {};
  const custom = fieldsOf(said['customData']) ?? {};
  const service = textOf(custom['service']) ?? (about === OF_SERVICES ? lastPart(textOf(subject['id'])) : undefined);
  if (service === undefined)
    return problem('invalid', `a CDEvent about ${about || 'nothing'} names no service; put it into customData.service`);
  const artifact = textOf(content['artifactId']);
  const environment = textOf(fieldsOf(content['environment'])?.['id']);
  const words = [
    `${about} ${predicate}`,
    artifact === undefined ? '' : `: ${artifact}`,
    environment === undefined ? '' : ` in ${environment}`,
  ];
  return change({
    service,
    summary: textOf(custom['summary']) ?? words.join(''),
    at: textOf(context['timestamp']) ?? time,
    by: textOf(context['source']) ?? source,
    url: textOf(custom['url']) ?? textOf(content['uri']),
  });
}

interface Change {
  readonly service: string;
  readonly summary: string;
  readonly at: string | undefined;
  readonly by: string | undefined;
  readonly url: string | undefined;
}

/** The plain body. An address that is no web link is left out: the change is worth more than its link. */
function change({ service, summary, at, by, url }: Change): Translated {
  return {
    kind: 'body',
    body: {
      service,
      summary: summary.slice(0, MAX_SUMMARY),
      ...(at === undefined ? {} : { at }),
      ...(by === undefined ? {} : { by: by.slice(0, MAX_BY) }),
      ...(url !== undefined && /^https?:\/\//.test(url) ? { url } : {}),
    },
  };
}

/** Subjects and ids are often paths or URIs: `/apps/kv`, `urn:service:kv`. */
function lastPart(text: string | undefined): string | undefined {
  return text === undefined ? undefined : textOf(text.split(/[/:#]/).at(-1));
}
