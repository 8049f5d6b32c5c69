import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { ViewLink } from './parts/links.tsx';
import { SignIn } from './parts/sign-in.tsx';
import { Ago, At } from './parts/time.tsx';
import { View } from './view.tsx';
import { counted } from './words/phrases.ts';
import { href, place } from './world/address.ts';
import { connection, incidents, status } from './world/live.ts';
import { openOf } from './world/moment.ts';
import { signOut } from './world/session.ts';
import { needSignIn, session } from './world/who.ts';

const PLACES = [
  { path: '', name: 'Now' },
  { path: 'graph', name: 'Graph' },
  { path: 'replay', name: 'Replay' },
  { path: 'check', name: 'Check' },
  { path: 'changes', name: 'Changes' },
  { path: 'silences', name: 'Silences' },
  { path: 'channels', name: 'Channels' },
  { path: 'stats', name: 'Stats' },
] as const;

/** What surrounds every view: who this is, where one can go, and on top of it all whether it can be believed. */
export function Shell(): JSX.Element {
  const whole = status.value;
  const open = openOf(incidents.value.values()).filter(({ state }) => state === 'open').length;
  useEffect(() => {
    document.title = `${open > 0 ? `■ ${open} · ` : ''}${whole?.instance ?? ''} · Tocsin`;
  }, [open, whole?.instance]);
  const isAlone = connection.value.kind === 'lost';
  return (
    <div class={isAlone && whole !== null ? 'page stale' : 'page'}>
      <a class="skip" href="#main">
        To the content
      </a>
      <header class="top">
        <p class="brand">
          <ViewLink to="">Tocsin</ViewLink> <span class="muted">{whole?.instance}</span>
        </p>
        <nav aria-label="Views">
          {PLACES.map(({ path, name }) => (
            <ViewLink key={path} to={path} {...(place.value.path === path ? { 'aria-current': 'page' as const } : {})}>
              {name}
            </ViewLink>
          ))}
        </nav>
        <p class="muted small fresh">
          {whole !== null && (
            <>
              {counted(whole.probes, 'probe')}, newest result <Ago at={whole.at} />{' '}
            </>
          )}
          <Who />
        </p>
      </header>
      <Troubles />
      <main id="main" tabIndex={-1}>
        {whole === null && !isAlone ? <p class="muted waiting">Asking the daemon…</p> : <View />}
      </main>
      <SignIn />
    </div>
  );
}

function Who(): JSX.Element | null {
  const who = session.value;
  if (who === null) return null;
  return who.name === null ? (
    <button type="button" class="plain" onClick={() => needSignIn('To change anything here.')}>
      Sign in
    </button>
  ) : (
    <button type="button" class="plain" title={`${who.name}, ${who.role ?? ''}`} onClick={() => void signOut()}>
      Sign out
    </button>
  );
}

/** Whether the page and the daemon can be believed. */
function Troubles(): JSX.Element | null {
  const link = connection.value;
  const troubles = status.value?.troubles ?? [];
  if (link.kind !== 'lost' && troubles.length === 0) return null;
  return (
    <div class="troubles" role="alert">
      {link.kind === 'lost' && (
        <p class="trouble">
          Asked {href('')}, got: {link.why}. Asking again.
          {status.value !== null && (
            <>
              {' '}
              Below is how things stood at <At at={status.value.now} />.
            </>
          )}
        </p>
      )}
      {troubles.map((trouble) => (
        <p key={trouble} class="trouble">
          The monitor itself is in trouble: {trouble}.
        </p>
      ))}
    </div>
  );
}
