import type { ChannelKind } from '../ports/channel-kind.ts';
import { email } from './email.ts';
import { exec } from './exec.ts';
import { pagerduty } from './pagerduty.ts';
import { terminalChannel } from './terminal.ts';
import type { Screen } from './terminal.ts';
import { webhook } from './webhook.ts';

/** Every kind of channel there is. `outside` is what some of them need from whoever runs them. */
export function channelKinds(outside: { readonly terminal: Screen }): readonly ChannelKind[] {
  return [
    anyOptions(email),
    anyOptions(exec),
    anyOptions(pagerduty),
    anyOptions(terminalChannel(outside.terminal)),
    anyOptions(webhook),
  ];
}

/** A kind among kinds: who holds it gives `deliver` only what its own `schema` has parsed. */
function anyOptions<Options>(kind: ChannelKind<Options>): ChannelKind {
  return kind as unknown as ChannelKind;
}
