import { isScalar, visit } from 'yaml';
import type { Document, YAMLParseError } from 'yaml';

/** A syntax error in words of ours, and the offsets that it is about (`end` exclusive). */
export interface SyntaxProblem {
  readonly message: string;
  readonly help?: string;
  readonly start: number;
  readonly end: number;
}

/**
 * What the parser stumbled over, and what was most likely meant. The parser points at where it gave up; where the
 * cause stands elsewhere (a quote that is never closed), we point there. Decided by the parser's codes and by the
 * text itself; where neither says more, its own words stay.
 */
export function explainSyntax(error: YAMLParseError, document: Document.Parsed, text: string): SyntaxProblem {
  const [start, end] = error.pos;
  const at = { start, end };
  const line = lineAt(text, start);
  const own = error.message.charAt(0).toLowerCase() + error.message.slice(1);
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return { ...at, message: own, help: 'indent with spaces' };
    case 'BAD_INDENT': {
      const first = start + (/^\s*/.exec(text.slice(start))?.[0].length ?? 0);
      const wordEnd = first + (/^\S*/.exec(text.slice(first))?.[0].length ?? 0);
      const help = 'give it as many spaces as the line that it belongs beside';
      return { start: first, end: wordEnd, message: 'this line is indented unlike those that it stands among', help };
    }
    case 'MISSING_CHAR': {
      const quote =
        end >= text.trimEnd().length || /quote/.test(error.message) ? openQuote(document, start) : undefined;
      if (quote === undefined) return { ...at, message: own };
      return {
        start: quote,
        end: quote + 1,
        message: 'this quote is never closed',
        help: 'write the same quote behind the text',
      };
    }
    case 'BLOCK_AS_IMPLICIT_KEY':
      return {
        ...at,
        message: 'a second colon in one line',
        help: 'put a text that holds a colon and a blank in quotes',
      };
    case 'MULTILINE_IMPLICIT_KEY': {
      if (/^\s*-[^\s-]/.test(line)) {
        return { ...at, message: 'this is no item of a list', help: 'write a blank behind the dash: - name' };
      }
      const [, key, value] = /^\s*([\w-]+):(\S.*)$/.exec(line) ?? [];
      if (key !== undefined && value !== undefined) {
        return { ...at, message: 'a blank is missing behind the colon', help: `write ${key}: ${value.trim()}` };
      }
      return {
        ...at,
        message: 'this line is neither a key with its value nor an item of a list',
        help: 'write key: value',
      };
    }
    case 'BAD_ALIAS':
    case 'BAD_SCALAR_START':
      return { ...at, message: `a text cannot begin with ${text[start] ?? ''} here`, help: 'put it in quotes' };
    default:
      return { ...at, message: own };
  }
}

/** Where the quoted text begins that reaches to an offset, or beyond. */
function openQuote(document: Document.Parsed, offset: number): number | undefined {
  let found: number | undefined;
  visit(document, (_, node) => {
    if (!isScalar(node) || !node.range || !node.type?.startsWith('QUOTE_')) return;
    if (node.range[0] < offset && offset <= node.range[2]) found = node.range[0];
  });
  return found;
}

function lineAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  return text.slice(start, end < 0 ? undefined : end);
}
