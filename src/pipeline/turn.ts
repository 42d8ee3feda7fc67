import type { ModelLane, PendingTick } from './modelLane.js';
import type { Decision } from './modelVersions.js';
import type {
  Delivery,
  Forecast,
  ForecastRow,
  Gap,
  LostPartition,
  ReadingRow,
  Reject,
  SeriesRow,
  SeriesSummary,
  SnapshotRow,
} from './ports.js';
import type { SeriesEntry } from './seriesEntry.js';

/** What one turn of the event loop brought, filled in from stage to stage. Its arrays are those of a CommitBatch. */
export class Turn {
  deliveries: readonly Delivery[];
  readonly series: SeriesRow[] = [];
  readonly readings: ReadingRow[] = [];
  readonly forecasts: ForecastRow[] = [];
  readonly snapshots: SnapshotRow[] = [];
  readonly summaries: SeriesSummary[] = [];
  readonly rejects: Reject[] = [];
  readonly gaps: Gap[] = [];
  readonly decisions: Decision[] = [];
  readonly ticks = new Map<ModelLane, PendingTick[]>();
  readonly touched = new Set<SeriesEntry>();
  readonly published: Forecast[] = [];
  readonly lost: readonly LostPartition[];
  readonly whenCommitted: (() => void)[] = []; // called, beside the acknowledgements, when all of it is safe

  constructor(deliveries: readonly Delivery[] = [], lost: readonly LostPartition[] = []) {
    this.deliveries = deliveries;
    this.lost = lost;
  }
}
