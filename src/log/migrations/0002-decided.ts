/**
 * What each entry made the engine decide and send, word for word, and the rolling hash with it: so that a replay
 * can say where it parts from what was decided then, and a report what people were told. Entries that decided
 * nothing have no row; those from before this migration have none either.
 */
export const sql = `
CREATE TABLE decided (
  n INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  hash TEXT NOT NULL,      -- over all decisions up to here
  body BLOB NOT NULL       -- the effects as JSON, deflated
) STRICT;
`;
