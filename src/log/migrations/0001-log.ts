/**
 * The first schema.
 *
 * `journal` takes every entry as it is committed and keeps the newest few thousand; `segment` holds all
 * older ones, some thousands a row, in order of `n`. Together they are the log. `loose` and `block` are a
 * read model of the same observations by probe, made when a segment is: 64 runs of one probe a block.
 * `content` holds what repeats: the forms of observations (their facts among it) and configurations.
 */
export const sql = `
CREATE TABLE head (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  last_n INTEGER NOT NULL,
  last_at INTEGER,
  pruned_n INTEGER NOT NULL,
  decision_hash TEXT
) STRICT;
INSERT INTO head VALUES (1, 0, NULL, 0, NULL);

CREATE TABLE journal (
  n INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  probe TEXT,              -- of observations only
  configuration INTEGER,   -- content(id) that belongs where the body of a config entry has null
  body TEXT NOT NULL
) STRICT;

CREATE TABLE segment (
  first_n INTEGER PRIMARY KEY,
  last_n INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  runs INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;

CREATE TABLE content (
  id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again: readers may remember one
  sha256 BLOB NOT NULL UNIQUE,
  used_at INTEGER NOT NULL,              -- at most a day behind the newest entry that needs it
  body BLOB NOT NULL
) STRICT;

CREATE TABLE probe (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE loose (
  probe INTEGER NOT NULL,
  n INTEGER NOT NULL,
  at INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (probe, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE block (
  id INTEGER PRIMARY KEY,
  probe INTEGER NOT NULL,
  first_n INTEGER NOT NULL,
  last_n INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX block_of_probe ON block (probe, first_n, last_n, first_at, last_at);

CREATE TABLE decision (
  id INTEGER PRIMARY KEY,
  n INTEGER NOT NULL,
  at INTEGER NOT NULL,
  incident TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX decision_of_incident ON decision (incident);

CREATE TABLE outbox (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  n INTEGER NOT NULL,
  at INTEGER NOT NULL,
  effect TEXT NOT NULL
) STRICT;

CREATE TABLE thread (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE memory (
  probe TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE snapshot (
  n INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  engine TEXT NOT NULL,
  state BLOB NOT NULL
) STRICT;
`;
