import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';

/** Editors write a file in several steps; this long after the last one it is read again. */
const SETTLE_MS = 300;

/** Files under watch. */
export interface WatchedFiles extends Disposable {
  /** Watches files too that a configuration refers to (keys, certificates): absolute paths, instead of those before. */
  readonly refer: (files: readonly string[]) => void;
}

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
): Promise<WatchedFiles> {
  let timer: NodeJS.Timeout | undefined;
  let referred = new Set<string>();
  const watchers = new Map<string, FSWatcher>();
  const add = (folder: string, recursive: boolean): void => {
    if (watchers.has(folder)) return;
    const later = (_event: string, file: string | null): void => {
      const counts = file === null || /\.ya?ml$|^\.\.data$/.test(file) || referred.has(join(folder, file));
      if (!counts) return;
      clearTimeout(timer);
      timer = setTimeout(changed, SETTLE_MS);
    };
    try {
      const watcher = watch(folder, { persistent: false, recursive }, later);
      watcher.on('error', (error) => problem(`watch ${folder}: ${error.message}`));
      watchers.set(folder, watcher);
    } catch (error) {
      problem(`watch ${folder}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  for (const path of paths) if (await isFolder(path)) add(resolve(path), true);
  for (const path of paths) if (!(await isFolder(path))) add(dirname(resolve(path)), false);
  return {
    refer: (files) => {
      referred = new Set(files);
      for (const file of files) {
        const covered = paths.some((path) => watchers.has(resolve(path)) && file.startsWith(`${resolve(path)}${sep}`));
        if (!covered) add(dirname(file), false);
      }
    },
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (s) => s.isDirectory(),
    () => false,
  );
}
