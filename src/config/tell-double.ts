import type { Mistakes } from './mistakes.ts';
import { placeOf } from './yaml-tree.ts';
import type { ScalarNode, YamlNode } from './yaml-tree.ts';

/** A key that stands twice: told at the second, naming the first. */
export function tellDouble(name: string, second: ScalarNode, first: ScalarNode, mistakes: Mistakes): void {
  const { file, line, column } = placeOf(first);
  mistakes.error({
    code: 'config/double',
    place: placeOf(second),
    subject: name,
    message: `${name} is defined twice, first at ${file}:${line}:${column}`,
    help: 'keep one of them',
  });
}

/** A name that stands twice in one list, where once says the same. */
export function tellRepeated(list: readonly (readonly [name: string, at: YamlNode])[], mistakes: Mistakes): void {
  const first = new Map<string, YamlNode>();
  for (const [name, at] of list) {
    const before = first.get(name);
    if (before === undefined) {
      first.set(name, at);
      continue;
    }
    const { line, column } = placeOf(before);
    mistakes.error({
      code: 'config/double',
      place: placeOf(at),
      subject: name,
      message: `${name} stands twice in this list, first at ${line}:${column}`,
      help: 'remove one of them',
    });
  }
}
