import type { ChannelKind } from '../ports/channel-kind.ts';
import { alertmanager } from './alertmanager.ts';
import { dingtalk } from './dingtalk.ts';
import { email } from './email.ts';
import { exec } from './exec.ts';
import { feishu } from './feishu.ts';
import { ntfy } from './ntfy.ts';
import { pagerduty } from './pagerduty.ts';
import { slack } from './slack.ts';
import { teams } from './teams.ts';
import { telegram } from './telegram.ts';
import { terminalChannel } from './terminal.ts';
import type { Screen } from './terminal.ts';
import { webhook } from './webhook.ts';
import { wecom } from './wecom.ts';

/** Every kind of channel there is. `outside` is what some of them need from whoever runs them. */
export function channelKinds(outside: { readonly terminal: Screen }): readonly ChannelKind[] {
  return [
    anyOptions(alertmanager),
    anyOptions(dingtalk),
    anyOptions(email),
    anyOptions(exec),
    anyOptions(feishu),
    anyOptions(ntfy),
    anyOptions(pagerduty),
    anyOptions(slack),
    anyOptions(teams),
    anyOptions(telegram),
    anyOptions(terminalChannel(outside.terminal)),
    anyOptions(webhook),
    anyOptions(wecom),
  ];
}

/** A kind among kinds: who holds it gives `deliver` only what its own `schema` has parsed. */
function anyOptions<Options>(kind: ChannelKind<Options>): ChannelKind {
  return kind as unknown as ChannelKind;
}
