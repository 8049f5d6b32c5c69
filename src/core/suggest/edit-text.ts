import type { Configuration, Place } from '../../model/configuration.ts';
import type { CapabilityId } from '../../model/ids.ts';
import { writtenDuration } from '../written-duration.ts';
import type { Suggestion } from './suggest.ts';

/** One changed place of a file: `line` (from 1) is replaced by `to`; where `keeps`, it stays and `to` follows it. */
export interface LineEdit {
  readonly file: string;
  readonly line: number;
  readonly keeps: boolean;
  readonly to: readonly string[];
}

/** A cache that held shorter than this is none. */
const WORTH_KEEPING_MS = 10_000;

/**
 * A suggestion as an edit of the text that declares what it is about, with its reason as a comment. Undefined where
 * the text is written in a way that this does not follow: then a person edits by hand.
 */
export function editFor(
  suggestion: Suggestion,
  configuration: Configuration,
  lines: (file: string) => readonly string[],
): readonly LineEdit[] | undefined {
  switch (suggestion.kind) {
    case 'edge':
      return one(addNeed(suggestion.from, suggestion.to, configuration, lines));
    case 'cache': {
      const { need, heldMs } = suggestion;
      return one(shorten(need.place, heldMs, need.of, lines));
    }
    case 'shared': {
      const adds = suggestion.from.map((from) => addNeed(from, suggestion.name, configuration, lines));
      const service = declare(suggestion.name, configuration, lines);
      return service === undefined || adds.some((edit) => edit === undefined)
        ? undefined
        : [service, ...adds.flatMap((edit) => edit ?? [])];
    }
    default:
      return suggestion satisfies never;
  }
}

function one(edit: LineEdit | undefined): readonly LineEdit[] | undefined {
  return edit && [edit];
}

type Lines = (file: string) => readonly string[];

/** Adds a need beside the last one that is written, or as the first. */
function addNeed(from: CapabilityId, to: string, configuration: Configuration, lines: Lines): LineEdit | undefined {
  const capability = configuration.capabilities.find((c) => c.id === from);
  if (capability === undefined) return undefined;
  const last = capability.needs.at(-1)?.place;
  return last === undefined ? firstNeed(capability.place, to, lines) : beside(last, to, lines);
}

function beside(last: Place, to: string, lines: Lines): LineEdit | undefined {
  const { file, line, column, endLine, endColumn } = last;
  const text = lines(file)[line - 1];
  const end = lines(file)[endLine - 1];
  if (text === undefined || end === undefined) return undefined;
  const before = text.slice(0, column - 1);
  if (/^\s*-\s+$/.test(before)) return { file, line: endLine, keeps: true, to: [`${before}${to}`] };
  // A mapping in flow style ends before its bracket where it is one line's; a need of its own line is not followed.
  if (!/[[,]\s*$/.test(before)) return undefined;
  return {
    file,
    line: endLine,
    keeps: false,
    to: [`${end.slice(0, endColumn - 1)}, ${to}${end.slice(endColumn - 1)}`],
  };
}

function firstNeed({ file, line, endColumn }: Place, to: string, lines: Lines): LineEdit | undefined {
  const text = lines(file)[line - 1];
  if (text === undefined) return undefined;
  const rest = text.slice(endColumn - 1);
  const key = text.slice(0, endColumn - 1);
  const flow = /^:\s*\{\s*(\}?)/.exec(rest);
  if (flow !== null) {
    const after = rest.slice(flow[0].length);
    const inside = flow[1] === '}' ? ' }' : `, ${after}`;
    return { file, line, keeps: false, to: [`${key}: { needs: [${to}]${inside}${flow[1] === '}' ? after : ''}`] };
  }
  if (!/^:\s*(#.*)?$/.test(rest)) return undefined;
  const indent = /^\s*/.exec(text)?.[0] ?? '';
  return { file, line, keeps: true, to: [`${indent}  needs: [${to}]`] };
}

/** The ttl that it was seen to hold; or no cache at all. */
function shorten(place: Place, heldMs: number, of: string, lines: Lines): LineEdit | undefined {
  const { file, line, column, endLine, endColumn } = place;
  const text = lines(file)[line - 1];
  if (text === undefined || endLine !== line) return undefined;
  const written = text.slice(column - 1, endColumn - 1);
  const held = writtenDuration(Math.floor(heldMs / 1000) * 1000);
  const changed = heldMs < WORTH_KEEPING_MS ? of : written.replace(/(ttl:\s*)[^,}\s]+/, `$1${held}`);
  if (changed === written) return undefined;
  return { file, line, keeps: false, to: [text.slice(0, column - 1) + changed + text.slice(endColumn - 1)] };
}

/** A new service, external until somebody says whose it is, at the top of the services of the root file. */
function declare(name: string, { channels, services }: Configuration, lines: Lines): LineEdit | undefined {
  const file = (channels[0] ?? services[0])?.place.file;
  const at = file === undefined ? -1 : lines(file).findIndex((line) => /^services:\s*(#.*)?$/.test(line));
  return file === undefined || at < 0
    ? undefined
    : { file, line: at + 1, keeps: true, to: [`  ${name}: { external: true }`] };
}
