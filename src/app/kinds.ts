import { channelKinds } from '../channels/index.ts';
import type { ChannelKind } from '../ports/channel-kind.ts';
import type { ProbeKind } from '../ports/probe-kind.ts';
import { PROBE_KINDS } from '../probes/index.ts';

/** Where pages of a `terminal` channel are printed. */
export interface Screen {
  readonly write: (text: string) => void;
  readonly colour: boolean;
  readonly columns: number;
}

/** Every kind there is, by name. */
export interface Kinds {
  readonly probes: ReadonlyMap<string, ProbeKind>;
  readonly channels: ReadonlyMap<string, ChannelKind>;
}

/** All kinds, with the screen that terminal channels print on. */
export function allKinds(screen: Screen): Kinds {
  return {
    probes: new Map(PROBE_KINDS.map((kind) => [kind.name, kind])),
    channels: new Map(channelKinds({ terminal: screen }).map((kind) => [kind.name, kind])),
  };
}

/** A screen that nobody looks at: for reading configurations only. */
export const NO_SCREEN: Screen = { write: () => undefined, colour: false, columns: 80 };
