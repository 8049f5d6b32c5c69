import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { ChannelBody, ChannelTestBody } from '../../api/routes/channels.ts';
import { AskedView } from '../parts/asked-view.tsx';
import { CapabilityLink } from '../parts/links.tsx';
import { StateMark } from '../parts/state-mark.tsx';
import { Ago } from '../parts/time.tsx';
import { attempt } from '../world/attempt.ts';
import { tell } from '../world/ask.ts';
import { useAsked } from '../world/asked.ts';

const EVERY_MS = 10_000;

/** By which ways people are told, and whether the newest message went through. */
export function ChannelsView(): JSX.Element {
  const asked = useAsked<{ readonly items: readonly ChannelBody[] }>('channels', EVERY_MS);
  return (
    <>
      <h1>Channels</h1>
      <AskedView asked={asked}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="muted empty">
              No channel is declared, so nobody would be told. A channel stands under <code>channels</code> in the root
              file.
            </p>
          ) : (
            <ul class="rows">
              {items.map((channel) => (
                <Channel key={channel.id} channel={channel} tested={asked.again} />
              ))}
            </ul>
          )
        }
      </AskedView>
    </>
  );
}

function Channel({ channel, tested }: { readonly channel: ChannelBody; readonly tested: () => void }): JSX.Element {
  const { id, kind, needs, lastAt, lastEvent, lastResult, lastDetail } = channel;
  const refusal = useSignal<string | null>(null);
  const said = useSignal<ChannelTestBody | null>(null);
  const test = async (): Promise<void> => {
    said.value = await tell<ChannelTestBody>('POST', `channels/${encodeURIComponent(id)}/test`);
  };
  return (
    <li class="spread">
      <span>
        <StateMark state={lastResult === null ? 'unknown' : lastResult === 'delivered' ? 'up' : 'down'} word={false} />
        <b>{id}</b> <span class="muted">{kind}, </span>
        {lastAt === null ? (
          <span class="muted">nothing was sent since the daemon started</span>
        ) : (
          <>
            {lastEvent} {lastResult} <Ago at={lastAt} />
          </>
        )}
        {lastDetail !== null && <span class="evidence"> {lastDetail}</span>}
        {needs.length > 0 && (
          <span class="muted small">
            {' '}
            travels through{' '}
            {needs.map((each) => (
              <CapabilityLink key={each} capability={each} />
            ))}
          </span>
        )}
      </span>
      <span>
        {said.value !== null && (
          <span role="status" class="small">
            {said.value.delivered ? 'The test was taken. ' : `The test was not taken: ${said.value.detail ?? ''} `}
          </span>
        )}
        {refusal.value !== null && (
          <span class="trouble small" role="alert">
            {refusal.value}{' '}
          </span>
        )}
        <button type="button" onClick={() => void attempt(refusal, test, tested)}>
          Send a test
        </button>
      </span>
    </li>
  );
}
