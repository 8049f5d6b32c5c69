import type { JSX } from 'preact';
import { lazy } from './lazy.tsx';
import { ChangesView } from './pages/changes.tsx';
import { ChannelsView } from './pages/channels.tsx';
import { CheckView } from './pages/check.tsx';
import { IncidentView } from './pages/incident.tsx';
import { Now } from './pages/now.tsx';
import { ServiceView } from './pages/service.tsx';
import { NoSuchView } from './parts/no-such-view.tsx';
import { place } from './world/address.ts';

// What draws much is fetched when it is first wanted: the first view stays small.
const GraphView = lazy(async () => (await import('./pages/graph.tsx')).GraphView);
const StatsView = lazy(async () => (await import('./pages/stats.tsx')).StatsView);
const SilencesView = lazy(async () => (await import('./pages/silences.tsx')).SilencesView);
const ReplayView = lazy(async () => (await import('./pages/replay.tsx')).ReplayView);
const ProbeView = lazy(async () => (await import('./pages/probe.tsx')).ProbeView);

/** The view that the address asks for. */
export function View(): JSX.Element {
  const [view = '', ...rest] = place.value.path.split('/');
  switch (view) {
    case '':
      return <Now />;
    case 'graph':
      return <GraphView />;
    case 'incidents':
      return <IncidentView id={rest.join('/')} />;
    case 'services':
      return <ServiceView id={rest.join('/')} />;
    case 'probes':
      return <ProbeView probe={rest.join('/')} />;
    case 'replay':
      return <ReplayView />;
    case 'stats':
      return <StatsView />;
    case 'silences':
      return <SilencesView />;
    case 'channels':
      return <ChannelsView />;
    case 'check':
      return <CheckView />;
    case 'changes':
      return <ChangesView />;
    default:
      return <NoSuchView />;
  }
}
