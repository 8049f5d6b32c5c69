import path from 'node:path';
import { placeOf } from './place.ts';
import { rooms, type Room } from './rooms.ts';
import type { Rule, RuleContext, SyntaxNode } from './syntax.ts';

/**
 * Refuses every import that the table of rooms does not allow: static, dynamic, re-exported or in a type, of
 * another room, of a package or of Node. A specifier that cannot be read as it stands is refused too.
 */
export const walls: Rule = {
  meta: { type: 'problem', docs: { description: 'a room imports only what the table of rooms allows' } },
  create(context) {
    const place = placeOf(context.filename);
    if (place === undefined) return {};
    if (place.room === undefined) {
      return { Program: (node) => context.report({ node, message: 'this file belongs to no room under src/' }) };
    }
    const name = place.room;
    const room = rooms[name];
    if (room === undefined) {
      return { Program: (node) => context.report({ node, message: `the room '${name}' is not in lint/rooms.ts` }) };
    }

    const inspect = (node: SyntaxNode, source: SyntaxNode | null | undefined, typesOnly: boolean): void => {
      if (source === null || source === undefined) return;
      const refusal =
        typeof source.value === 'string'
          ? refusalOf(source.value, { name, room, house: place.house, file: context.filename, typesOnly })
          : 'imports something that only running it would tell';
      if (refusal !== undefined) context.report({ node, message: `the room '${name}' ${refusal}` });
    };
    return {
      ImportDeclaration: (node) => inspect(node, node.source, node.importKind === 'type'),
      ExportNamedDeclaration: (node) => inspect(node, node.source, node.exportKind === 'type'),
      ExportAllDeclaration: (node) => inspect(node, node.source, node.exportKind === 'type'),
      ImportExpression: (node) => inspect(node, node.source, false),
      TSImportType: (node) => inspect(node, node.source, true),
      CallExpression: (node) => refuseLoaders(context, node),
    };
  },
};

interface Importer {
  readonly name: string;
  readonly room: Room;
  readonly house: string;
  readonly file: string;
  readonly typesOnly: boolean;
}

/** Why this import is refused, or undefined where it is allowed. */
function refusalOf(specifier: string, from: Importer): string | undefined {
  if (specifier.startsWith('.')) return refusalOfPath(specifier, from);
  if (specifier.startsWith('node:')) {
    return allows(from.room.builtins, specifier) ? undefined : `must not import Node's '${specifier}'`;
  }
  if (specifier.startsWith('/') || specifier.startsWith('#') || specifier.includes(':')) {
    return `must not import '${specifier}': neither a relative path, a package nor a node: module`;
  }
  return allows(from.room.packages, specifier) ? undefined : `must not import the package '${specifier}'`;
}

function refusalOfPath(specifier: string, from: Importer): string | undefined {
  const target = path.resolve(path.dirname(from.file), specifier).split(path.sep).join('/');
  if (!target.startsWith(`${from.house}/`)) return `must not import '${specifier}', which lies outside src/`;
  const other = target.slice(from.house.length + 1).split('/')[0];
  if (other === undefined || other === from.name || from.room.rooms.includes(other)) return undefined;
  if (from.room.typesOf?.includes(other) === true) {
    return from.typesOnly ? undefined : `may import only types of the room '${other}', by 'import type'`;
  }
  return `must not import the room '${other}'`;
}

/** Whether a list of module names covers a specifier, subpaths included. */
function allows(list: readonly string[] | 'any', specifier: string): boolean {
  return list === 'any' || list.some((name) => specifier === name || specifier.startsWith(`${name}/`));
}

/** `require` and its relatives would go around the wall. */
function refuseLoaders(context: RuleContext, node: SyntaxNode): void {
  const callee = node.callee;
  const called = callee?.type === 'MemberExpression' ? callee.property?.name : callee?.name;
  if (called === 'require' || called === 'createRequire' || called === 'getBuiltinModule') {
    context.report({ node, message: `'${called}' goes around the walls: use import` });
  }
}
