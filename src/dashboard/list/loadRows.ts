import type { ApiSeries } from '../../http/api.js';
import type { ApiClient } from '../api/apiClient.js';

const scoredAtOnce = 100; // how good forecasts were takes the daemon longer to say

/** Every series at once into `rows`, in place of what was there; then, some at a time, how good their forecasts were. @throws {ApiProblem} */
export async function loadRows(
  client: ApiClient,
  rows: Map<string, ApiSeries>,
  signal: AbortSignal,
  onRows: () => void,
): Promise<void> {
  const listed = await client.list<ApiSeries>('/api/series', { accuracy: 'off', limit: 1000 }, signal);
  const before = new Map(rows);
  rows.clear();
  for (const row of listed) rows.set(row.series, { ...before.get(row.series), ...row });
  onRows();
  await client.eachPage<ApiSeries>('/api/series', { spark: 0, limit: scoredAtOnce }, signal, (page) => {
    for (const { series, forecasts, mae1, persistence1, mae, persistence, coverage, skill1, skill } of page) {
      const row = rows.get(series);
      if (!row) continue;
      rows.set(series, { ...row, forecasts, mae1, persistence1, mae, persistence, coverage, skill1, skill });
    }
    onRows();
  });
}
