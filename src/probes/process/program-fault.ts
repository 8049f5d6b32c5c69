import type { FailureClass } from '../../model/failure.ts';
import type { Ending } from './run-program.ts';

/** Reasons not to start a program that may pass by themselves. */
const PASSING: ReadonlySet<string> = new Set(['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE', 'ETXTBSY']);

/**
 * What an ending says about us rather than about what the program looks at: it could not be started, or was ended
 * before it could tell. Undefined for an exit, which the program means, and for running out of time.
 */
export function ownFaultOfEnding(
  ending: Ending,
  tried: string,
): { readonly class: FailureClass; readonly message: string } | undefined {
  switch (ending.kind) {
    case 'exited':
    case 'deadline':
    case 'flooded':
      return undefined;
    case 'called-off':
      return { class: 'probe.resources', message: `${tried}: the run was called off by the monitor` };
    case 'killed':
      return { class: 'probe.resources', message: `${tried}: ended by ${ending.signal} before it could tell` };
    case 'not-started': {
      const failureClass = PASSING.has(ending.code) ? 'probe.resources' : 'probe.misconfigured';
      return { class: failureClass, message: `${tried}: could not be started (${ending.code})` };
    }
  }
}
