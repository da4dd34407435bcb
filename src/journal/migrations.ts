/** The values that the hours began with, and where results have them. */
const hourlyValues = [
  ['download', '$.measurement.download.bytesPerSecond'],
  ['upload', '$.measurement.upload.bytesPerSecond'],
  ['ping', '$.measurement.ping.latencyMs'],
  ['jitter', '$.measurement.ping.jitterMs'],
  ['download_latency', '$.measurement.download.latency.iqmMs'],
  ['upload_latency', '$.measurement.upload.latency.iqmMs'],
  ['packet_loss', '$.measurement.packetLossPercent'],
] as const;

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
  // Short, for salvage needs all of the schema on the file's first page.
  `CREATE TABLE hours (
     job TEXT, start_ms INT, completed INT, failed INT, skipped INT, unhealthy INT,
     ${hourlyValues.map(([name]) => `${name}_count INT, ${name}_sum REAL, ${name}_low REAL, ${name}_high REAL`).join()},
     PRIMARY KEY (job, start_ms)
   ) STRICT;
   INSERT INTO hours
     SELECT job, ended_at_ms / 3600000 * 3600000,
         sum(status = 'completed'), sum(status = 'failed'), sum(status = 'skipped'), sum(unhealthy),
         ${hourlyValues.map(([name]) => `count(${name}), sum(${name}), min(${name}), max(${name})`).join()}
       FROM (SELECT job, ended_at_ms, status,
           status = 'completed' AND ifnull(body ->> '$.healthy', 1) = 0 AS unhealthy,
           ${hourlyValues.map(([name, path]) => `CAST(body ->> '${path}' AS REAL) AS ${name}`).join()}
         FROM results WHERE json_valid(body) LIMIT -1)
       GROUP BY 1, 2;
   CREATE INDEX failures_by_job ON results (job, ended_at_ms) WHERE status = 'failed';
   CREATE INDEX skips_by_job ON results (job, ended_at_ms) WHERE status = 'skipped';`,
];
