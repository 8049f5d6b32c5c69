import { watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Editors write a file in several steps; this long after the last one it is read again. */
const SETTLE_MS = 300;

/**
 * Calls back, some time after the last change, when something changes in the folders of these paths. Folders
 * are watched rather than files, since editors and Kubernetes replace a file instead of writing into it. Beside
 * a single file nothing deeper is watched: the data folder often lies there, and is written all the time.
 * Where watching is refused (a network file system, no more watches) `problem` hears of it and SIGHUP remains.
 */
export async function watchFiles(
  paths: readonly string[],
  changed: () => void,
  problem: (message: string) => void,
): Promise<Disposable> {
  const folders = new Map<string, { readonly recursive: boolean }>();
  for (const path of paths) {
    if (await isFolder(path)) folders.set(path, { recursive: true });
    else if (!folders.has(dirname(path))) folders.set(dirname(path), { recursive: false });
  }
  let timer: NodeJS.Timeout | undefined;
  const later = (_event: string, file: string | null): void => {
    if (file !== null && !/\.ya?ml$|^\.\.data$/.test(file)) return;
    clearTimeout(timer);
    timer = setTimeout(changed, SETTLE_MS);
  };
  const watchers = [...folders].flatMap(([folder, { recursive }]) => {
    try {
      const watcher = watch(folder, { persistent: false, recursive }, later);
      watcher.on('error', (error) => problem(`watch ${folder}: ${error.message}`));
      return [watcher];
    } catch (error) {
      problem(`watch ${folder}: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }
  });
  return {
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (s) => s.isDirectory(),
    () => false,
  );
}
