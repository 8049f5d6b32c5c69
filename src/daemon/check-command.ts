import type { Configuration } from '../model/configuration.ts';
import type { Command } from '../model/entry.ts';
import type { IncidentId } from '../model/ids.ts';
import type { SilenceView, WindowView } from '../model/view.ts';
import type { Refusal } from '../ports/daemon-view.ts';

/** What a command is checked against. */
export interface CommandContext {
  readonly configuration: Configuration;
  readonly knows: (incident: IncidentId) => boolean;
  readonly silences: readonly SilenceView[];
  readonly windows: readonly WindowView[];
  readonly now: number;
}

/** Why a command makes no sense; undefined where it does. What it then does is the engine's to say. */
export function checkCommand(command: Command, context: CommandContext): Refusal | undefined {
  switch (command.kind) {
    case 'acknowledge':
    case 'close':
    case 'note':
    case 'label':
      return context.knows(command.incident)
        ? undefined
        : { kind: 'not-found', message: `there is no incident ${command.incident}` };
    case 'silence':
      return command.until > context.now ? undefined : { kind: 'invalid', message: 'a silence must end in the future' };
    case 'maintenance': {
      const stranger = command.services.find((id) => !context.configuration.services.some((each) => each.id === id));
      if (stranger !== undefined) return { kind: 'not-found', message: `there is no service ${stranger}` };
      return command.until > Math.max(command.from, context.now)
        ? undefined
        : { kind: 'invalid', message: 'a maintenance window must end in the future, and after it begins' };
    }
    case 'unsilence':
      return context.silences.some(({ id }) => id === command.id)
        ? undefined
        : { kind: 'not-found', message: `there is no silence ${command.id}` };
    case 'end-maintenance':
      return context.windows.some(({ id }) => id === command.id)
        ? undefined
        : { kind: 'not-found', message: `there is no maintenance ${command.id}` };
  }
}
