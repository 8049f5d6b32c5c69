import type { FunctionComponent, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** A component whose code is fetched when it is first shown. */
export function lazy<Props extends object>(load: () => Promise<FunctionComponent<Props>>): FunctionComponent<Props> {
  let loading: Promise<FunctionComponent<Props>> | undefined;
  let loaded: FunctionComponent<Props> | undefined;
  return function Lazy(props: Props): JSX.Element {
    const [problem, setProblem] = useState<string | null>(null);
    const [, ready] = useState(loaded !== undefined);
    useEffect(() => {
      if (loaded !== undefined) return;
      loading ??= load();
      loading.then(
        (component) => {
          loaded = component;
          ready(true);
        },
        (reason: unknown) => {
          loading = undefined;
          setProblem(`fetched a part of the page, got: ${String(reason)}; load the page again`);
        },
      );
    }, []);
    if (loaded === undefined) return <p class="muted waiting">{problem ?? 'Loading…'}</p>;
    const Component = loaded;
    return <Component {...props} />;
  };
}
