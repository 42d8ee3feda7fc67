import pg from 'pg';

export interface StoredSeries {
  readonly series: string;
  readonly readings: number;
  readonly times: number; // different ones
  readonly forecasts: number;
  readonly digest: string; // of all its forecasts, to the bit, in their order
}

/** What the database has of each series. */
export const storedFleet = async (url: string): Promise<Map<string, StoredSeries>> => {
  const rows = await query<StoredSeries>(
    url,
    `SELECT d.name AS series, r.readings, r.times, f.forecasts, f.digest
     FROM series_def d
     JOIN (SELECT series, count(*)::int AS readings, count(DISTINCT time)::int AS times FROM reading GROUP BY series) r ON r.series = d.id
     LEFT JOIN (
       SELECT c.series, count(*)::int AS forecasts,
         md5(string_agg(md5(concat_ws(' ', c.tick, c.time, c.step, c.value, m.key, c.base, c.scale, c.k, c.weights)), '' ORDER BY c.tick)) AS digest
       FROM forecast c JOIN forecast_form m ON m.id = c.form GROUP BY c.series
     ) f ON f.series = d.id`,
  );
  return new Map(rows.map((row) => [row.series, row]));
};

/** −1 while the server is away. */
export const storedReadings = async (url: string): Promise<number> => {
  try {
    const [{ count }] = await query<{ count: number }>(
      url,
      'SELECT coalesce(sum(readings), 0)::int AS count FROM series_state',
    );
    return count;
  } catch {
    return -1;
  }
};

async function query<T>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
