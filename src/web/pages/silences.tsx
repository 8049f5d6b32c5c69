import { useSignal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { MaintenanceBody } from '../../api/routes/maintenance.ts';
import type { SilenceBody } from '../../api/routes/silences.ts';
import { AskedView } from '../parts/asked-view.tsx';
import { ServiceLink } from '../parts/links.tsx';
import { Ago, At, Left } from '../parts/time.tsx';
import { listed } from '../words/phrases.ts';
import { attempt } from '../world/attempt.ts';
import { place } from '../world/address.ts';
import { tell } from '../world/ask.ts';
import type { Asked } from '../world/asked.ts';
import { useAsked } from '../world/asked.ts';
import { now, services } from '../world/live.ts';

const EVERY_MS = 15_000;
const SPANS = [
  ['1 h', 3_600_000],
  ['4 h', 14_400_000],
  ['1 d', 86_400_000],
  ['7 d', 604_800_000],
] as const;

interface List<Item> {
  readonly items: readonly Item[];
}

/** Who is not told, until when and why; and what is planned. Both always end. */
export function SilencesView(): JSX.Element {
  const silences = useAsked<List<SilenceBody>>('silences', EVERY_MS);
  const windows = useAsked<List<MaintenanceBody>>('maintenance', EVERY_MS);
  return (
    <>
      <h1>Silences and maintenance</h1>
      <h2 class="label">Silences: one owner is not told, everybody else still is</h2>
      <AskedView asked={silences}>{({ items }) => <Silences items={items} asked={silences} />}</AskedView>
      <AddSilence added={silences.again} />
      <h2 class="label">Maintenance: what it is predicted to break is held until its end</h2>
      <AskedView asked={windows}>{({ items }) => <Windows items={items} asked={windows} />}</AskedView>
      <PlanMaintenance planned={windows.again} />
    </>
  );
}

function Silences({ items, asked }: List<SilenceBody> & { readonly asked: Asked<List<SilenceBody>> }): JSX.Element {
  if (items.length === 0) return <p class="muted">Nobody is silenced.</p>;
  return (
    <ul class="rows">
      {items.map(({ id, match, until, reason, by, expiresSoon }) => (
        <li key={id} class="spread">
          <span>
            <code>
              {Object.entries(match)
                .map(([name, value]) => `${name}=${value}`)
                .join(' ')}
            </code>{' '}
            {reason}{' '}
            <span class="muted">
              by {by},{' '}
              <span class={expiresSoon ? 'state degraded' : ''}>
                <Left until={until} />
              </span>
            </span>
          </span>
          <End path={`silences/${encodeURIComponent(id)}`} ended={asked.again} />
        </li>
      ))}
    </ul>
  );
}

function Windows({
  items,
  asked,
}: List<MaintenanceBody> & { readonly asked: Asked<List<MaintenanceBody>> }): JSX.Element {
  if (items.length === 0) return <p class="muted">Nothing is planned.</p>;
  return (
    <ul class="rows">
      {items.map(({ id, services: affected, from, until, reason }) => (
        <li key={id} class="spread">
          <span>
            {affected.map((service, index) => (
              <span key={service}>
                {index > 0 && ', '}
                <ServiceLink service={service} />
              </span>
            ))}{' '}
            {reason}{' '}
            <span class="muted">
              <At at={from} /> to <At at={until} />,{' '}
              {Date.parse(from) > now.value ? (
                'not begun'
              ) : (
                <>
                  began <Ago at={from} />, <Left until={until} />
                </>
              )}
            </span>
          </span>
          <End path={`maintenance/${encodeURIComponent(id)}`} ended={asked.again} />
        </li>
      ))}
    </ul>
  );
}

function End({ path, ended }: { readonly path: string; readonly ended: () => void }): JSX.Element {
  const refusal = useSignal<string | null>(null);
  return (
    <span>
      <Refusal refusal={refusal} />
      <button type="button" onClick={() => void attempt(refusal, () => tell('DELETE', path), ended)}>
        End now
      </button>
    </span>
  );
}

function AddSilence({ added }: { readonly added: () => void }): JSX.Element {
  // A link from an incident brings the service along.
  const service = place.value.query.get('service');
  const refusal = useSignal<string | null>(null);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const fields = new FormData(form);
    const body = {
      match: { [textOf(fields, 'what')]: textOf(fields, 'pattern') },
      until: new Date(now.value + Number(textOf(fields, 'span'))).toISOString(),
      reason: textOf(fields, 'reason'),
    };
    void attempt(
      refusal,
      () => tell('POST', 'silences', body),
      () => {
        form.reset();
        added();
      },
    );
  };
  return (
    <details open={service !== null}>
      <summary>Silence somebody</summary>
      <form class="fields" onSubmit={submit}>
        <label>
          What{' '}
          <select name="what">
            {['service', 'capability', 'owner', 'class'].map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <label>
          Name, may hold * <input name="pattern" required maxLength={200} defaultValue={service ?? ''} />
        </label>
        <SpanField />
        <label class="wide">
          Why <input name="reason" required maxLength={1000} />
        </label>
        <button type="submit">Silence</button>
        <Refusal refusal={refusal} />
      </form>
    </details>
  );
}

function PlanMaintenance({ planned }: { readonly planned: () => void }): JSX.Element {
  const refusal = useSignal<string | null>(null);
  const names = [...services.value.keys()].sort();
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const fields = new FormData(form);
    const affected = fields.getAll('services').filter((each) => typeof each === 'string');
    if (affected.length === 0) {
      refusal.value = 'choose at least one service';
      return;
    }
    const until = new Date(now.value + Number(textOf(fields, 'span'))).toISOString();
    const body = { services: affected, until, reason: textOf(fields, 'reason') };
    void attempt(
      refusal,
      () => tell('POST', 'maintenance', body),
      () => {
        form.reset();
        planned();
      },
    );
  };
  return (
    <details>
      <summary>Begin maintenance now</summary>
      <form class="fields" onSubmit={submit}>
        <label>
          Services{' '}
          <select
            name="services"
            multiple
            size={Math.min(8, Math.max(2, names.length))}
            aria-label={`Services: ${listed(names.slice(0, 3))}`}
          >
            {names.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <SpanField />
        <label class="wide">
          Why <input name="reason" required maxLength={1000} />
        </label>
        <button type="submit">Begin</button>
        <Refusal refusal={refusal} />
      </form>
    </details>
  );
}

function textOf(fields: FormData, name: string): string {
  const value = fields.get(name);
  return typeof value === 'string' ? value.trim() : '';
}

function SpanField(): JSX.Element {
  return (
    <label>
      For{' '}
      <select name="span">
        {SPANS.map(([name, ms]) => (
          <option key={name} value={ms}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Refusal({ refusal }: { readonly refusal: Signal<string | null> }): JSX.Element | null {
  if (refusal.value === null) return null;
  return (
    <span class="trouble small" role="alert">
      {refusal.value}
    </span>
  );
}
