import type { Mistakes } from './mistakes.ts';
import { placeOf } from './yaml-tree.ts';
import type { ScalarNode } from './yaml-tree.ts';

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
