/** The schema's history: append only. An entry's index plus one is the version that it leads to. */
export const migrations: readonly string[] = [
  `CREATE TABLE results (
     id              INTEGER PRIMARY KEY AUTOINCREMENT,
     job             TEXT NOT NULL,
     status          TEXT NOT NULL,
     ended_at_ms     INTEGER NOT NULL,
     last_success_ms INTEGER,
     body            TEXT NOT NULL
   ) STRICT;
   CREATE INDEX results_by_job ON results (job, ended_at_ms);
   CREATE INDEX successes_by_job ON results (job, ended_at_ms) WHERE status = 'completed';
   CREATE INDEX results_by_time ON results (ended_at_ms);
   CREATE TABLE imports (
     key TEXT PRIMARY KEY
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE cursors (
     destination TEXT PRIMARY KEY,
     done_id     INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE failures (
     destination TEXT PRIMARY KEY,
     cause       TEXT NOT NULL,
     at_ms       INTEGER NOT NULL,
     next_try_ms INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE rejections (
     destination TEXT NOT NULL,
     result_id   INTEGER NOT NULL,
     cause       TEXT NOT NULL,
     at_ms       INTEGER NOT NULL,
     retry       INTEGER NOT NULL DEFAULT 0,
     PRIMARY KEY (destination, result_id)
   ) STRICT;
   CREATE TABLE live (
     destination    TEXT NOT NULL,
     job            TEXT NOT NULL,
     result_id      INTEGER NOT NULL,
     last_sample_ms INTEGER NOT NULL,
     PRIMARY KEY (destination, job)
   ) STRICT;`,
  // Of the results that are there, those of a month count.
  `CREATE TABLE usage (
     start_ms INTEGER NOT NULL,
     job      TEXT NOT NULL,
     bytes    INTEGER NOT NULL,
     PRIMARY KEY (start_ms, job)
   ) STRICT;
   INSERT INTO usage
     SELECT ended_at_ms / 900000 * 900000, job, CAST(sum(
         ifnull(json_extract(body, '$.measurement.download.bytes'), 0) +
         ifnull(json_extract(body, '$.measurement.upload.bytes'), 0)
       ) AS INTEGER)
       FROM results
       WHERE ended_at_ms > (unixepoch() - 32 * 86400) * 1000 AND status = 'completed' AND json_valid(body)
       GROUP BY 1, 2;`,
  // Null in rows that were there before.
  'ALTER TABLE results ADD COLUMN checksum INTEGER;',
  // None for what was live before.
  `CREATE TABLE live_series (
     destination TEXT NOT NULL,
     job         TEXT NOT NULL,
     series      TEXT NOT NULL,
     PRIMARY KEY (destination, job)
   ) STRICT;`,
];
