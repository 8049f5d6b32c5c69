import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

const PROGRAM = resolve(import.meta.dirname, '../../node_modules/yaml-language-server/bin/yaml-language-server');

/** What editors show: the language server that VS Code and others run, spoken to over its pipes. */
export interface LanguageServer extends AsyncDisposable {
  /** Opens a document; resolves with the messages of its first diagnostics. */
  readonly open: (uri: string, text: string) => Promise<readonly Marked[]>;
  readonly hover: (uri: string, line: number, character: number) => Promise<string>;
  readonly complete: (uri: string, line: number, character: number) => Promise<readonly string[]>;
}

/** A mark in the text; lines from 0. */
export interface Marked {
  readonly message: string;
  readonly range: { readonly start: { readonly line: number; readonly character: number } };
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly uri?: string; readonly diagnostics?: readonly Marked[]; readonly items?: unknown[] };
  readonly result?: unknown;
}

/** Starts it with one schema for every document (JSON-RPC with Content-Length, as the protocol says). */
export async function startLanguageServer(schema: string): Promise<LanguageServer> {
  const child = spawn(process.execPath, [PROGRAM, '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const settings = { yaml: { schemas: { [schema]: '*' }, hover: true, completion: true, validate: true } };
  const waiting = new Map<number, (result: unknown) => void>();
  const marking = new Map<string, (marks: readonly Marked[]) => void>();
  let buffer = Buffer.alloc(0);
  let last = 0;

  const send = (message: Readonly<Record<string, unknown>>): void => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    child.stdin.write(`Content-Length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`);
  };
  const request = (method: string, params: unknown): Promise<unknown> => {
    last += 1;
    const id = last;
    send({ id, method, params });
    return new Promise((answered) => waiting.set(id, answered));
  };
  const hear = ({ id, method, params, result }: Message): void => {
    if (method === 'textDocument/publishDiagnostics') marking.get(params?.uri ?? '')?.(params?.diagnostics ?? []);
    else if (method === 'workspace/configuration') {
      const asked = (params?.items ?? []) as { section?: string }[];
      send({ id, result: asked.map(({ section }) => (section === 'yaml' ? settings.yaml : null)) });
    } else if (method !== undefined && id !== undefined) send({ id, result: null });
    else if (id !== undefined) waiting.get(id)?.(result);
  };
  child.stdout.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      const end = buffer.indexOf('\r\n\r\n');
      const length = Number(/Content-Length: (\d+)/i.exec(buffer.toString('latin1', 0, Math.max(0, end)))?.[1]);
      if (end < 0 || buffer.length < end + 4 + length) return;
      const body = buffer.toString('utf8', end + 4, end + 4 + length);
      buffer = buffer.subarray(end + 4 + length);
      hear(JSON.parse(body) as Message);
    }
  });

  const capabilities = { workspace: { configuration: true }, textDocument: { hover: { contentFormat: ['markdown'] } } };
  await request('initialize', { processId: process.pid, rootUri: null, capabilities });
  send({ method: 'initialized', params: {} });
  send({ method: 'workspace/didChangeConfiguration', params: { settings } });

  const at = (uri: string, line: number, character: number) => ({
    textDocument: { uri },
    position: { line, character },
  });
  return {
    open: (uri, text) => {
      const marks = new Promise<readonly Marked[]>((marked) => marking.set(uri, marked));
      send({ method: 'textDocument/didOpen', params: { textDocument: { uri, languageId: 'yaml', version: 1, text } } });
      return marks;
    },
    hover: async (uri, line, character) => {
      const found = (await request('textDocument/hover', at(uri, line, character))) as {
        contents?: { value?: string };
      } | null;
      return found?.contents?.value ?? '';
    },
    complete: async (uri, line, character) => {
      const found = (await request('textDocument/completion', at(uri, line, character))) as {
        items?: { label: string }[];
      } | null;
      return (found?.items ?? []).map(({ label }) => label);
    },
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}
