/** What `init` asks. */
export interface StarterAnswers {
  /** The team that owns what stands in the file, and the monitor. */
  readonly owner: string;
  /** What to watch first. */
  readonly target: string;
  /** Where pages go: a mail address, or a URL to post them to. */
  readonly page: string;
}

/** What is asked, and what is taken where somebody only presses enter. */
export const STARTER_QUESTIONS: readonly {
  readonly key: keyof StarterAnswers;
  readonly question: string;
  readonly usual: string;
}[] = [
  { key: 'owner', question: 'Which team owns this?', usual: 'sre' },
  { key: 'target', question: 'Which URL do you depend on?', usual: 'https://pay.example/health' },
  { key: 'page', question: 'Where do pages go (a mail address, or a URL)?', usual: 'sre@example.com' },
];

/** A commented configuration to begin with; whatever was answered, it is text and never syntax. */
export function starter({ owner, target, page }: StarterAnswers): string {
  const channel = page.includes('://')
    ? `{ kind: webhook, url: ${quoted(page)} }`
    : `{ kind: email, smtp: { host: localhost }, from: tocsin@example.com, to: [${quoted(page)}] }`;
  return `# yaml-language-server: $schema=./tocsin.schema.json
# Made by \`tocsin init\`. Next: tocsin check -c FILE, tocsin probe dependency/NAME, tocsin run -c FILE.
# For your editor: tocsin schema > tocsin.schema.json

server: { owner: ${quoted(owner)} } # owns incidents about the monitor itself

channels:
  # Where pages go. With one channel no routes are needed. Secrets stand as "\${env:NAME}".
  pages: ${channel}

vantage:
  # Reached by other ways than what is watched: tells our own network's failure from theirs.
  anchors: [{ dns: example.org }, { http: 'https://example.net' }]

services:
  dependency: # name it after what it is
    external: true # somebody else runs it
    owner: ${quoted(owner)}
    tier: 2 # 0 most urgent … 3
    # A status of 200 proves little: say under \`probes\` what the answer must be (docs/language.md).
    probe: ${quoted(target)}

  ours: # what of yours needs it; a page says that this is hit
    owner: ${quoted(owner)}
    tier: 2
    needs: [dependency] # hard; or { soft: dependency }, { cached: dependency, ttl: 10m }
`;
}

/** A double-quoted scalar: JSON's strings are YAML's; interpolation is left to whoever edits the file. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
