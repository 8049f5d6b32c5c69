/** Bounds that refuse document bombs. All of them are far above what people write. */
export const LIMITS = {
  fileBytes: 4 * 1024 * 1024,
  totalBytes: 64 * 1024 * 1024,
  /** A text that `${file:…}` brings in: a key, a certificate, a token. */
  referencedBytes: 1024 * 1024,
  files: 10_000,
  depth: 64,
  /** Uses of anchors in one file, and how many nodes they may stand for all together. */
  aliases: 10_000,
  aliasedNodes: 100_000,
  /** Diagnostics that one load reports; the rest is counted. */
  diagnostics: 1000,
  /** Characters of one assertion. */
  assertionChars: 4096,
} as const;
