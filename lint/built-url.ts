import { placeOf } from './place.ts';
import type { Rule } from './syntax.ts';

/**
 * Refuses `new URL('./worker.ts', import.meta.url)`: the build renames files and the specifiers of imports, but
 * not such strings, so that the installed package would miss the file that a checkout finds. Write the ending as
 * `${path.extname(import.meta.url)}`.
 */
export const builtUrl: Rule = {
  meta: { type: 'problem', docs: { description: 'a file opened by URL is found in a checkout and in the package' } },
  create(context) {
    if (placeOf(context.filename) === undefined) return {};
    return {
      NewExpression: (node) => {
        const first = node.arguments?.[0];
        if (node.callee?.name !== 'URL' || typeof first?.value !== 'string' || !first.value.endsWith('.ts')) return;
        context.report({
          node,
          message: `the build does not rename '${first.value}': take the ending of import.meta.url`,
        });
      },
    };
  },
};
