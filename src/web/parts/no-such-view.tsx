import type { JSX } from 'preact';
import { place } from '../world/address.ts';
import { ViewLink } from './links.tsx';

/** Shown where the address leads nowhere. */
export function NoSuchView(): JSX.Element {
  return (
    <p class="empty">
      There is no view at <code>{place.value.path}</code>. <ViewLink to="">Now</ViewLink> is where everything begins.
    </p>
  );
}
