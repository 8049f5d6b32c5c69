import type { Logger } from 'pino';
import type { DaemonEvent, DaemonListener } from '../ports/telemetry.ts';

/**
 * A listener that logs what the daemon does: each event once, a static message, the rest as fields. What goes
 * well and often (passing runs, commits) is `trace`; what an operator should read in the morning is `info`;
 * what may need a hand is `warn` or `error`. Events hold no secrets: whoever raises them has removed them.
 */
export function logEvents(logger: Logger): DaemonListener {
  return (event) => {
    switch (event.kind) {
      case 'run-started':
        return logger.trace({ probe: event.probe, latenessMs: event.latenessMs }, 'run started');
      case 'observed':
        return observed(logger, event);
      case 'committed':
        return logger.trace({ entries: event.entries, ms: event.ms }, 'entries committed');
      case 'commit-failed':
        return logger.error({ code: event.code, error: event.message }, 'the log could not be written');
      case 'delivery':
        return delivery(logger, event);
      case 'undelivered':
        return logger.warn({ messages: event.messages }, `${inWords(event.messages)}, they go out at the next start`);
      case 'decided':
        return logger.info(
          { incident: event.incident, decision: event.decision, reason: event.reason },
          'decided about an incident',
        );
      case 'reloaded':
        if (event.ok) return logger.info({ hash: event.hash, detail: event.message }, 'configuration took effect');
        return logger.error({ hash: event.hash, error: event.message }, 'configuration refused, the old one stays');
      case 'stalled':
        return logger.warn({ gapMs: event.gapMs, reason: event.reason }, 'time was lost, results in it are unknown');
      case 'problem':
        return logger.error({ where: event.where, error: event.message }, 'something of our own went wrong');
    }
  };
}

function inWords(messages: number): string {
  return messages === 1 ? '1 notification remains' : `${messages} notifications remain`;
}

function observed(logger: Logger, { observation, probeKind }: Extract<DaemonEvent, { kind: 'observed' }>): void {
  const { probe, location, cause, outcome, message, startedAt, endedAt } = observation;
  const fields = { probe, kind: probeKind, location, cause, ms: endedAt - startedAt };
  switch (outcome) {
    case 'pass':
      return logger.trace(fields, 'probe passed');
    case 'fail':
      return logger.info({ ...fields, class: observation.class, because: message }, 'probe failed');
    case 'unknown':
      return logger.warn({ ...fields, class: observation.class, because: message }, 'probe could not tell');
  }
}

function delivery(logger: Logger, event: Extract<DaemonEvent, { kind: 'delivery' }>): void {
  const { channel, incident, ms, detail } = event;
  const fields = { channel, event: event.event, incident, ms, ...(detail === undefined ? {} : { detail }) };
  switch (event.result) {
    case 'delivered':
      return logger.info(fields, 'notification delivered');
    case 'retry':
      return logger.warn(fields, 'notification not taken, will be tried again');
    case 'failed':
      return logger.error(fields, 'notification finally failed');
    case 'superseded':
      return logger.info(fields, 'notification superseded by a newer one');
  }
}
