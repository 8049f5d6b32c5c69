/** Where a command speaks: results on `out`, progress and errors on `err`. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Colour and progress only where a person looks. */
  readonly colour: boolean;
  readonly columns: number;
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
}

/** The terminal of this process. `NO_COLOR` is honoured (no-color.org). */
export function processTerminal(): Terminal {
  // Whoever reads us may have read enough (`tocsin graph | head`): that is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    colour: process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '',
    columns: process.stdout.isTTY ? Math.max(40, process.stdout.columns) : 80,
    env: process.env,
    folder: process.cwd(),
  };
}

/** An exit code with nothing left to say: what there was to say has been said. */
export class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${String(code)}`);
    this.name = 'Exit';
    this.code = code;
  }
}

/** One JSON document, as every `--json` prints it. */
export function printJson(terminal: Terminal, value: unknown): void {
  terminal.out(`${JSON.stringify(value, null, 2)}\n`);
}

const CODES = { red: 31, green: 32, yellow: 33, blue: 34, dim: 2, bold: 1 } as const;

/** Text in a colour, where the terminal has any. */
export function paint(terminal: Terminal, colour: keyof typeof CODES, text: string): string {
  return terminal.colour ? `\u001b[${String(CODES[colour])}m${text}\u001b[0m` : text;
}
