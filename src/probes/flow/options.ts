import { z } from 'zod';
import { refuseImpossibleBody, requestFields } from '../http/options.ts';
import { lookupFields, tlsFields } from '../net/fields.ts';
import { parseCapture } from './captures.ts';
import { fillText, mayHoldReference, referencesIn, RUN, RUN_VALUES, textsOf } from './references.ts';

const MAX_STEPS = 20;

const stepName = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'not a name; use small letters, digits and dashes')
  .refine((name) => name !== RUN, `${RUN} is the run itself`);

const captureName = z
  .string()
  .max(63)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'not a name; use letters, digits and underscores');

const captureSource = z
  .string()
  .refine((text) => parseCapture(text) !== undefined, 'write it like json.token, headers.location or cookies.session');

const tls = tlsFields.unwrap().optional();

const request = { name: stepName, ...requestFields, ...lookupFields, tls };

const step = z
  .strictObject({
    ...request,
    proves: z.array(z.string()).min(1).max(50).optional(),
    capture: z.record(captureName, captureSource).default({}),
    reveal: z.array(captureName).max(50).default([]),
  })
  .superRefine(refuseImpossibleBody)
  .superRefine(({ capture, reveal }, context) => {
    for (const [index, name] of reveal.entries()) {
      if (Object.hasOwn(capture, name)) continue;
      context.addIssue({ code: 'custom', path: ['reveal', index], message: `${name} is not captured here` });
    }
  });

const cleanupStep = z.strictObject(request).superRefine(refuseImpossibleBody);

/** The `flow` kind's own fields. */
export const flowOptions = z
  .strictObject({
    steps: z.array(step).min(1).max(MAX_STEPS),
    cleanup: z.array(cleanupStep).max(MAX_STEPS).default([]),
    ...lookupFields,
    tls: tlsFields,
  })
  .superRefine(({ steps, cleanup }, context) => {
    const names = new Set<string>();
    const known = new Set(RUN_VALUES.map((name) => `${RUN}.${name}`));
    const look = (one: FlowRequest, path: readonly (string | number)[]) => {
      if (names.has(one.name)) {
        context.addIssue({ code: 'custom', path: [...path, 'name'], message: `two steps are called ${one.name}` });
      }
      names.add(one.name);
      for (const problem of referenceProblems(one, known)) {
        context.addIssue({ code: 'custom', path: [...path, ...problem.path], message: problem.message });
      }
    };
    for (const [index, one] of steps.entries()) {
      look(one, ['steps', index]);
      for (const name of Object.keys(one.capture)) known.add(`${one.name}.${name}`);
    }
    for (const [index, one] of cleanup.entries()) look(one, ['cleanup', index]);
  });

function* referenceProblems(one: FlowRequest, known: ReadonlySet<string>) {
  for (const { path, text } of textsOf(one)) {
    for (const reference of referencesIn(text)) {
      const shown = `\${${reference}}`;
      if (!mayHoldReference(path) || (path[0] === 'url' && movesOrigin(text))) {
        yield { path, message: `${shown} cannot stand here` };
      } else if (!known.has(reference)) {
        const has = [...known].map((name) => `\${${name}}`).join(', ');
        yield { path, message: `no earlier step captures ${shown}; known here: ${has}` };
      }
    }
  }
}

/** Whether what is captured would say which host is asked: a target must never choose that. */
function movesOrigin(url: string): boolean {
  const [one, other] = ['a', 'b'].map((value) => fillText(url, () => value)).map((filled) => originOf(filled));
  return one === undefined || one !== other;
}

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined;
}

/** What a `flow` probe does, parsed. */
export type FlowOptions = z.output<typeof flowOptions>;
/** One step, parsed. */
export type FlowStep = FlowOptions['steps'][number];
/** What a step and a step of cleanup have in common. */
export type FlowRequest = FlowOptions['cleanup'][number];
