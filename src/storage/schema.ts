import { zeroCode } from '../forecast/packForecast.js';

/** Version of the database this program writes; `user_version` of the file. */
export const schemaVersion = 3;
export const applicationId = 0x53544550; // 'STEP'
export const longestHorizon = 1024; // steps

/*
 * Readings and forecasts are appended in the order in which they come, so that the rows of one transaction share pages: an
 * SD card wears by the page. An index over (series, time) would dirty one page a row. Instead the worker now and then takes
 * the next 4,096 rows, sorts them and appends their index entries as one *run*. A query visits the runs one by one (one
 * seek each) and scans the rows after the last run, the tail. Index entries hold the value, so that few queries need the row.
 *
 * The quantiles of a forecast are kept as `k`, whole numbers packed by packForecast: value = (base + k) / scale, exactly.
 */
const tables = `
CREATE TABLE series_def (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, settings TEXT NOT NULL);
CREATE TABLE series_summary (series INTEGER PRIMARY KEY, step INTEGER, season INTEGER, model TEXT);
CREATE TABLE snapshot (series INTEGER PRIMARY KEY, reading INTEGER NOT NULL, model TEXT NOT NULL, state BLOB NOT NULL);

CREATE TABLE reading (
  id INTEGER PRIMARY KEY, series INTEGER, time INTEGER, value REAL, flags INTEGER, packet INTEGER
);
CREATE TABLE reading_run (id INTEGER PRIMARY KEY, first_id INTEGER, last_id INTEGER, first_time INTEGER, last_time INTEGER);
CREATE TABLE reading_index (
  run INTEGER, series INTEGER, time INTEGER, id INTEGER, value REAL, PRIMARY KEY (run, series, time, id)
) WITHOUT ROWID;
CREATE TABLE reading_stat (
  series INTEGER PRIMARY KEY, readings INTEGER, first_time INTEGER, last_time INTEGER, last_value REAL,
  first_id INTEGER, last_id INTEGER
);

CREATE TABLE forecast_form (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, model TEXT, levels TEXT, horizon INTEGER, width INTEGER,
  i10 INTEGER, i50 INTEGER, i90 INTEGER
);
CREATE TABLE forecast (
  id INTEGER PRIMARY KEY, series INTEGER, tick INTEGER, time INTEGER, issued INTEGER, step INTEGER, value REAL,
  form INTEGER, base INTEGER, scale INTEGER, k TEXT
);
CREATE TABLE forecast_run (
  id INTEGER PRIMARY KEY, first_id INTEGER, last_id INTEGER, first_time INTEGER, last_time INTEGER,
  first_issued INTEGER, last_target INTEGER
);
CREATE TABLE forecast_index (
  run INTEGER, series INTEGER, tick INTEGER, time INTEGER, id INTEGER, value REAL, PRIMARY KEY (run, series, tick, id)
) WITHOUT ROWID;
CREATE TABLE forecast_stat (
  series INTEGER PRIMARY KEY, first_run INTEGER, last_run INTEGER, last_tick INTEGER, last_time INTEGER
);
CREATE TABLE horizon_step (h INTEGER PRIMARY KEY);
INSERT INTO horizon_step
  WITH RECURSIVE steps(h) AS (SELECT 1 UNION ALL SELECT h + 1 FROM steps WHERE h < ${longestHorizon}) SELECT h FROM steps;

CREATE TABLE model (
  name TEXT, version INTEGER, sha256 TEXT, state TEXT, origin TEXT, created INTEGER, parent TEXT, PRIMARY KEY (name, version)
) WITHOUT ROWID;
CREATE TABLE quarantine (id INTEGER PRIMARY KEY, time INTEGER, topic TEXT, reason TEXT, detail TEXT, payload BLOB);
CREATE TABLE gap (
  id INTEGER PRIMARY KEY, series TEXT, first_time INTEGER, last_time INTEGER, missing INTEGER, reason TEXT
);
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;
`;

const readingTail = 'coalesce((SELECT last_id FROM reading_run ORDER BY id DESC LIMIT 1), 0)';
const forecastTail = 'coalesce((SELECT last_id FROM forecast_run ORDER BY id DESC LIMIT 1), 0)';

/** SQL of the distance at a place of `f.k`, null where the place is. */
type DistanceAt = (place: string) => string;

const inJson: DistanceAt = (place) => `(f.k ->> (${place}))`;
const inEither: DistanceAt = (place) =>
  `CASE WHEN unicode(f.k) < ${zeroCode} THEN ${inJson(place)} ELSE unicode(substr(f.k, ${place} + 1, 1)) - ${zeroCode} END`;

const quantile = (index: string, distanceAt: DistanceAt): string =>
  `(f.base + ${distanceAt(`(h.h - 1) * m.width + m.${index}`)}) * 1.0 / f.scale`;

const forecastColumns = (
  at: DistanceAt,
): string => `m.model AS model, h.h AS horizon, f.time + h.h * f.step AS target_time,
  ${quantile('i10', at)} AS q10, ${quantile('i50', at)} AS q50, ${quantile('i90', at)} AS q90`;

/* What came true: the value of the series' own step `tick + h`. Ticks grow from run to run, so the first one found decides. */
const forecastViews = (distanceAt: DistanceAt): string => `
CREATE VIEW forecast_steps AS
WITH tail AS MATERIALIZED (SELECT series, tick, value FROM forecast WHERE id > ${forecastTail})
SELECT d.name AS series, i.time AS time, f.issued AS issued, ${forecastColumns(distanceAt)},
  coalesce(t.value, (
    SELECT CASE WHEN j.tick = i.tick + h.h THEN j.value END
    FROM forecast_run r CROSS JOIN forecast_index j ON j.run = r.id AND j.series = i.series AND j.tick >= i.tick + h.h
    WHERE r.id BETWEEN g.id AND s.last_run ORDER BY r.id, j.tick LIMIT 1)) AS actual,
  i.tick AS tick
FROM series_def d
CROSS JOIN forecast_stat s ON s.series = d.id
CROSS JOIN forecast_run g ON g.id BETWEEN s.first_run AND s.last_run
CROSS JOIN forecast_index i ON i.run = g.id AND i.series = d.id
CROSS JOIN forecast f ON f.id = i.id
CROSS JOIN forecast_form m ON m.id = f.form
CROSS JOIN horizon_step h ON h.h <= m.horizon
LEFT JOIN tail t ON t.series = i.series AND t.tick = i.tick + h.h
UNION ALL
SELECT d.name, f.time, f.issued, ${forecastColumns(distanceAt)}, t.value, f.tick
FROM forecast f
CROSS JOIN series_def d ON d.id = f.series
CROSS JOIN forecast_form m ON m.id = f.form
CROSS JOIN horizon_step h ON h.h <= m.horizon
LEFT JOIN tail t ON t.series = f.series AND t.tick = f.tick + h.h
WHERE f.id > ${forecastTail};

CREATE VIEW forecasts AS
SELECT series, time, issued, model, horizon, target_time, q10, q50, q90, actual FROM forecast_steps;
`;

const views = `
CREATE VIEW readings AS
SELECT d.name AS series, i.time AS time, i.value AS value
FROM series_def d CROSS JOIN reading_run g CROSS JOIN reading_index i ON i.run = g.id AND i.series = d.id
UNION ALL
SELECT d.name, r.time, r.value
FROM reading r JOIN series_def d ON d.id = r.series
WHERE r.id > ${readingTail};

CREATE VIEW series AS
WITH tail AS MATERIALIZED (SELECT series, time, value FROM reading WHERE id > ${readingTail}),
  extent AS (SELECT series, count(*) AS readings, min(time) AS first_time FROM tail GROUP BY series),
  newest AS (SELECT series, max(time) AS last_time, value AS last_value FROM tail GROUP BY series)
SELECT d.name AS series,
  d.settings ->> 'cadenceMs' AS cadence, p.season AS season, p.model AS model,
  coalesce(s.readings, 0) + coalesce(e.readings, 0) AS readings,
  CASE WHEN s.first_time <= e.first_time OR e.first_time IS NULL THEN s.first_time ELSE e.first_time END AS first_time,
  CASE WHEN n.last_time >= s.last_time OR s.last_time IS NULL THEN n.last_time ELSE s.last_time END AS last_time,
  CASE WHEN n.last_time >= s.last_time OR s.last_time IS NULL THEN n.last_value ELSE s.last_value END AS last_value,
  p.step AS step
FROM series_def d
LEFT JOIN series_summary p ON p.series = d.id
LEFT JOIN reading_stat s ON s.series = d.id
LEFT JOIN extent e ON e.series = d.id
LEFT JOIN newest n ON n.series = d.id;

CREATE VIEW models AS
SELECT name, version, sha256, state, origin, created, parent FROM model;
`;

/*
 * With each forecast the weights of its blend: a character a step and forecaster (packWeights), [steps of weight_steps, experts], both of
 * them JSON arrays of the form. Null in rows of version 1.
 */
const withWeights = `
ALTER TABLE forecast_form ADD COLUMN experts TEXT;
ALTER TABLE forecast_form ADD COLUMN weight_steps TEXT;
ALTER TABLE forecast ADD COLUMN weights TEXT;

CREATE VIEW weights AS
WITH place AS MATERIALIZED (
  SELECT m.id AS form, m.model AS model, s.value AS horizon, e.value AS expert,
    s.key * json_array_length(m.experts) + e.key + 1 AS at
  FROM forecast_form m, json_each(m.weight_steps) s, json_each(m.experts) e)
SELECT d.name AS series, i.time AS time, f.issued AS issued, p.model AS model, p.horizon AS horizon, p.expert AS expert,
  (unicode(substr(f.weights, p.at, 1)) - 48) / 100.0 AS weight
FROM series_def d
CROSS JOIN forecast_stat s ON s.series = d.id
CROSS JOIN forecast_run g ON g.id BETWEEN s.first_run AND s.last_run
CROSS JOIN forecast_index i ON i.run = g.id AND i.series = d.id
CROSS JOIN forecast f ON f.id = i.id AND f.weights IS NOT NULL
CROSS JOIN place p ON p.form = f.form
UNION ALL
SELECT d.name, f.time, f.issued, p.model, p.horizon, p.expert, (unicode(substr(f.weights, p.at, 1)) - 48) / 100.0
FROM forecast f
CROSS JOIN series_def d ON d.id = f.series
CROSS JOIN place p ON p.form = f.form
WHERE f.id > ${forecastTail} AND f.weights IS NOT NULL;
`;

/* Versions of models: what was decided about them, and what the command line asks of the daemon that runs. Models and series by name. */
const withVersions = `
CREATE TABLE decision (
  id INTEGER PRIMARY KEY, time INTEGER, kind TEXT, model TEXT, series TEXT, verdict TEXT, reason TEXT, figures TEXT, duration REAL
);
CREATE TABLE model_request (
  id INTEGER PRIMARY KEY, time INTEGER, source TEXT NOT NULL, target TEXT NOT NULL, decided INTEGER NOT NULL
);
CREATE VIEW decisions AS
SELECT time, kind, model, series, verdict, reason, figures, duration FROM decision;
`;

/* Quantiles as characters: rows of earlier versions keep their JSON. */
const withCharacters = `
DROP VIEW forecasts;
DROP VIEW forecast_steps;
${forecastViews(inEither)}`;

/** What brings a database of version i to version i + 1. */
export const migrations: readonly string[] = [
  tables + views + forecastViews(inJson),
  withWeights + withVersions,
  withCharacters,
];

/** The id of the last row that is in a run. */
export const tailOf = { reading: readingTail, forecast: forecastTail } as const;
