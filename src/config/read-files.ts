/** What a path of `--config` turned out to be. */
export type Listing =
  | { readonly kind: 'file'; readonly file: string }
  /** `files`: every `*.yaml` and `*.yml` below it, depth-first, sorted; `root`: its own `tocsin.yaml`, if there is one. */
  | { readonly kind: 'folder'; readonly files: readonly string[]; readonly root?: string };

/**
 * All that loading may ask of the file system. This room never touches it; `app` hands these in, tests hand in
 * theirs. Every function rejects with `ConfigError` for what the file system does, and with nothing else.
 */
export interface ReadFiles {
  readonly list: (path: string) => Promise<Listing>;
  /** UTF-8 text of a file that `list` named; `too-large` above `maxBytes`. */
  readonly text: (file: string, maxBytes: number) => Promise<string>;
  /**
   * UTF-8 text of the file that `${file:path}` in `declaring` means: relative to the folder of `declaring`.
   * With `within`, links followed, it must lie below that folder; `outside` where it does not.
   */
  readonly referenced: (
    declaring: string,
    path: string,
    options: { readonly within: boolean; readonly maxBytes: number },
  ) => Promise<string>;
}
