/**
 * The schema's history: append only, and each entry as it was when a file was first written by it. An entry's index plus
 * one is the version that it leads to. All of the schema has its place on a file's first page, where `salvage` looks for it
 * and which it replaces where it is damaged: some 500 bytes are left there for texts of tables and indices.
 */
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
  // Written close, for the file keeps the text of a table as it is here.
  `CREATE TABLE hours (
     job TEXT, start_ms INT, completed INT, failed INT, skipped INT, unhealthy INT,
     download_count INT, download_sum REAL, download_low REAL, download_high REAL,upload_count INT, upload_sum REAL, upload_low REAL, upload_high REAL,ping_count INT, ping_sum REAL, ping_low REAL, ping_high REAL,jitter_count INT, jitter_sum REAL, jitter_low REAL, jitter_high REAL,download_latency_count INT, download_latency_sum REAL, download_latency_low REAL, download_latency_high REAL,upload_latency_count INT, upload_latency_sum REAL, upload_latency_low REAL, upload_latency_high REAL,packet_loss_count INT, packet_loss_sum REAL, packet_loss_low REAL, packet_loss_high REAL,
     PRIMARY KEY (job, start_ms)
   ) STRICT;
   INSERT INTO hours
     SELECT job, ended_at_ms / 3600000 * 3600000,
         sum(status = 'completed'), sum(status = 'failed'), sum(status = 'skipped'), sum(unhealthy),
         count(download), sum(download), min(download), max(download),
         count(upload), sum(upload), min(upload), max(upload),
         count(ping), sum(ping), min(ping), max(ping),
         count(jitter), sum(jitter), min(jitter), max(jitter),
         count(download_latency), sum(download_latency), min(download_latency), max(download_latency),
         count(upload_latency), sum(upload_latency), min(upload_latency), max(upload_latency),
         count(packet_loss), sum(packet_loss), min(packet_loss), max(packet_loss)
       FROM (SELECT job, ended_at_ms, status,
           status = 'completed' AND ifnull(body ->> '$.healthy', 1) = 0 AS unhealthy,
           CAST(body ->> '$.measurement.download.bytesPerSecond' AS REAL) AS download,
           CAST(body ->> '$.measurement.upload.bytesPerSecond' AS REAL) AS upload,
           CAST(body ->> '$.measurement.ping.latencyMs' AS REAL) AS ping,
           CAST(body ->> '$.measurement.ping.jitterMs' AS REAL) AS jitter,
           CAST(body ->> '$.measurement.download.latency.iqmMs' AS REAL) AS download_latency,
           CAST(body ->> '$.measurement.upload.latency.iqmMs' AS REAL) AS upload_latency,
           CAST(body ->> '$.measurement.packetLossPercent' AS REAL) AS packet_loss
         FROM results WHERE json_valid(body) LIMIT -1)
       GROUP BY 1, 2;
   CREATE INDEX failures_by_job ON results (job, ended_at_ms) WHERE status = 'failed';
   CREATE INDEX skips_by_job ON results (job, ended_at_ms) WHERE status = 'skipped';`,
];
