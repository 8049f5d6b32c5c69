import type { ComponentChildren, JSX } from 'preact';
import { go, href } from '../world/address.ts';

/** A link to a view of this page. */
export function ViewLink({
  to,
  query,
  children,
  ...attributes
}: {
  readonly to: string;
  readonly query?: Readonly<Record<string, string | null>>;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly title?: string;
  readonly 'aria-current'?: 'page';
}): JSX.Element {
  const address = href(to, query);
  return (
    <a
      {...attributes}
      href={address}
      onClick={(event) => {
        // Another tab, another window, a download: the browser's own business.
        if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        go(address);
      }}
    >
      {children}
    </a>
  );
}

/** A link that leaves this page; where the address is no web address, its text alone. */
export function Away({ to, children }: { readonly to: string; readonly children: ComponentChildren }): JSX.Element {
  if (!/^https?:\/\//i.test(to)) return <>{children}</>;
  return (
    <a href={to} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  );
}

/** A service, by name, leading to its view. */
export function ServiceLink({ service }: { readonly service: string }): JSX.Element {
  return <ViewLink to={`services/${encodeURIComponent(service)}`}>{service}</ViewLink>;
}

/** A capability leading to its service's view. */
export function CapabilityLink({ capability }: { readonly capability: string }): JSX.Element {
  return (
    <ViewLink to={`services/${encodeURIComponent(capability.split('.')[0] ?? capability)}`} class="id">
      {capability}
    </ViewLink>
  );
}

/** A probe leading to its view. */
export function ProbeLink({ probe }: { readonly probe: string }): JSX.Element {
  const [service = '', name = ''] = probe.split('/');
  return (
    <ViewLink to={`probes/${encodeURIComponent(service)}/${encodeURIComponent(name)}`} class="id">
      {probe}
    </ViewLink>
  );
}
