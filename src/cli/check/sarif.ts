import { isAbsolute, relative, sep } from 'node:path';
import { FINDINGS, isFindingCode } from '../../core/lint/codes.ts';
import type { AcceptedFinding, Diagnostic, Place } from '../../model/configuration.ts';

/** SARIF's names for our severities. */
const LEVEL = { error: 'error', warning: 'warning', info: 'note' } as const;

/** What a run of `check` has to say. */
export interface SarifInput {
  readonly findings: readonly Diagnostic[];
  readonly accepted: readonly AcceptedFinding[];
  readonly version: string;
  /** Where paths are relative to: the root of the checkout, which is where CI runs. */
  readonly folder: string;
}

/**
 * Findings as a SARIF 2.1.0 log (OASIS, errata 01), as code hosts take it up. Every path that proves a finding is a
 * code flow; accepted findings are there as suppressed.
 */
export function sarif({ findings, accepted, version, folder }: SarifInput): unknown {
  const codes = [...new Set([...findings, ...accepted.map((a) => a.finding)].map((f) => f.code))].sort();
  const result = (finding: Diagnostic) => resultOf(finding, codes.indexOf(finding.code), folder);
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Tocsin', semanticVersion: version, rules: codes.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results: [
          ...findings.map(result),
          ...accepted.map(({ finding, acceptance }) => ({
            ...result(finding),
            suppressions: [{ kind: 'inSource', justification: `${acceptance.because} (until ${acceptance.until})` }],
          })),
        ],
      },
    ],
  };
}

function ruleOf(id: string): unknown {
  return isFindingCode(id) ? { id, shortDescription: { text: FINDINGS[id] } } : { id };
}

function resultOf(
  { code, severity, subject, message, place, proofs, help }: Diagnostic,
  ruleIndex: number,
  folder: string,
) {
  const flows = (proofs ?? []).filter((proof) => proof.edges.length > 0);
  return {
    ruleId: code,
    ruleIndex,
    level: LEVEL[severity],
    message: { text: help === undefined ? message : `${message}\n${help}` },
    ...(place === undefined ? {} : { locations: [{ ...located(place, folder), ...named(subject) }] }),
    ...(flows.length === 0
      ? {}
      : {
          codeFlows: flows.map(({ title, edges }) => ({
            message: { text: title },
            threadFlows: [
              {
                locations: edges.map(({ from, to, kind, place: at }) => ({
                  location: { ...located(at, folder), message: { text: `${from} → ${to} (${kind})` } },
                })),
              },
            ],
          })),
        }),
    partialFingerprints: { 'codeAndSubject/v1': `${code} ${subject}` },
  };
}

function named(subject: string) {
  return subject === '' ? {} : { logicalLocations: [{ fullyQualifiedName: subject }] };
}

function located({ file, line, column, endLine, endColumn }: Place, folder: string) {
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(file, folder) },
      region: { startLine: line, startColumn: column, endLine, endColumn },
    },
  };
}

/** A relative reference (RFC 3986), or a file URI for what lies elsewhere. */
function uriOf(file: string, folder: string): string {
  const path = isAbsolute(file) ? relative(folder, file) : file;
  const encode = (text: string): string => text.split(sep).map(encodeURIComponent).join('/');
  return path.startsWith('..') && isAbsolute(file) ? `file://${encode(file)}` : encode(path);
}
