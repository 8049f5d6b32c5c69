import type { Command } from '../model/entry.ts';
import { isLive, tell } from './incident/incident.ts';
import { close } from './incident/close.ts';
import { settle } from './incident/settle.ts';
import type { Turn } from './state.ts';

/** An operator's word takes effect: acknowledge, close, note, label, silence, maintenance. */
export function obey(turn: Turn, command: Command): void {
  const { state, now } = turn;
  switch (command.kind) {
    case 'acknowledge': {
      const incident = state.incidents.get(command.incident);
      if (incident === undefined || !isLive(incident)) return;
      incident.acknowledgedBy = command.by;
      tell(incident, now, 'acknowledged', `by ${command.by}`);
      return;
    }
    case 'close': {
      const incident = state.incidents.get(command.incident);
      if (incident === undefined || !isLive(incident)) return;
      close(turn, incident, 'closed-by-hand');
      return;
    }
    case 'note': {
      const incident = state.incidents.get(command.incident);
      if (incident === undefined) return;
      incident.notes = [...incident.notes, { at: now, by: command.by, text: command.text }].slice(-100);
      tell(incident, now, 'note', `${command.by}: ${command.text}`);
      return;
    }
    case 'label': {
      const incident = state.incidents.get(command.incident);
      if (incident !== undefined) incident.label = command.label;
      return;
    }
    case 'silence':
      state.silences.set(command.id, command);
      settle(turn);
      return;
    case 'unsilence':
      state.silences.delete(command.id);
      settle(turn);
      return;
    case 'maintenance':
      state.windows.set(command.id, {
        id: command.id,
        services: command.services,
        from: command.from,
        until: command.until,
        reason: command.reason,
        noticed: [],
      });
      settle(turn);
      return;
    case 'end-maintenance':
      state.windows.delete(command.id);
      settle(turn);
      return;
    default:
      command satisfies never;
  }
}
