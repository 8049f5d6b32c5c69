import type { ProbeKind } from '../ports/probe-kind.ts';
import { judgeExec, RUN } from './exec/judge.ts';
import { measureExec, type ExecMeasured } from './exec/measure.ts';
import { execOptions, type ExecOptions } from './exec/options.ts';

/** Runs a program that knows how to look. */
export const exec: ProbeKind<ExecOptions, ExecMeasured> = {
  name: 'exec',
  description:
    'Runs a program, without a shell, in a process group of its own that is killed whole at the deadline. `exit`: 0 ' +
    "passes. `nagios`: a plugin's four states; WARNING is a warning, UNKNOWN is unknown, and `json` holds its " +
    'performance data by label. `json`: exit 0 and a report, `{"outcome": "pass" | "fail" | "unknown", "class", ' +
    '"message", "facts"}`. The root file must trust the program.',
  example: `kind: exec
command: [/usr/lib/nagios/plugins/check_ntp_time, -H, ntp.example, -w, "0.5", -c, "2"]
protocol: nagios
`,
  schema: execOptions,
  traits: { steps: [{ name: RUN, kind: 'read' }], origin: 'run', onDemand: true, network: false },
  deep: () => true,
  run: measureExec,
  judge: judgeExec,
  variables: { status: 'int', body: 'string', json: 'dyn' },
};
