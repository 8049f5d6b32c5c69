import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';

/** Copies a text that is made when it is asked for, and says that it did. */
export function CopyText({
  text,
  children,
}: {
  readonly text: () => string;
  readonly children: ComponentChildren;
}): JSX.Element {
  const said = useSignal<string | null>(null);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text());
      said.value = 'Copied';
    } catch {
      said.value = 'The browser did not allow it';
    }
    setTimeout(() => (said.value = null), 2000);
  };
  return (
    <button type="button" aria-live="polite" onClick={() => void copy()}>
      {said.value ?? children}
    </button>
  );
}
