import { weighedSteps } from '../forecast/blendWeights.js';
import { standsOnExperts } from '../forecast/features.js';
import type { LoadedModel } from '../forecast/modelContract.js';
import { RecurrentForecaster } from '../forecast/recurrentForecaster.js';
import { SeriesForecaster } from '../forecast/seriesForecaster.js';
import type { CovariateView } from '../series/covariateView.js';
import { SeriesTrack } from '../series/seriesTrack.js';
import { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';
import type { SeriesSettings, Tick } from '../series/types.js';
import type { SeriesRow } from './ports.js';
import { Quiet } from './quiet.js';

/** Readings between two snapshots of a series. */
export const snapshotEvery = 256;
const layout = 10; // of a snapshot; a change of any save() raises it

/** One known series: its way to ticks, its forecaster, and what the next snapshot needs to know. */
export class SeriesEntry {
  readonly id: number;
  readonly seriesId: string;
  readonly settings: SeriesSettings;
  readonly track: SeriesTrack;
  readonly model: LoadedModel;
  readonly forecaster: SeriesForecaster;
  readonly weighedSteps: readonly number[];
  readonly quiet = new Quiet();
  view: CovariateView | undefined; // of the series it looks at
  stepMs: number; // of the last tick
  lastReadingId = 0;
  readingsSinceSnapshot = 0;
  unsavedFromId = 0; // the first of them
  snapshotAt: number; // readings since the last one at which the next is due
  summary = ''; // as last written
  round = 0; // the micro-batch it last took part in
  lastSequence: number | undefined;

  constructor({ id, seriesId, settings }: SeriesRow, model: LoadedModel) {
    this.id = id;
    this.seriesId = seriesId;
    this.settings = settings;
    this.stepMs = settings.cadenceMs;
    this.weighedSteps = weighedSteps(settings.horizon);
    this.track = new SeriesTrack(settings);
    this.model = model;
    const { metadata } = model;
    const horizon = standsOnExperts(metadata) ? Math.max(settings.horizon, metadata.horizon) : settings.horizon;
    const network = new RecurrentForecaster(model, settings);
    this.forecaster = new SeriesForecaster({ ...settings, horizon, network });
    this.snapshotAt = 1 + ((id * 97) % snapshotEvery); // staggered, so that no commit is large
  }

  /** The most steps ahead that anything of it looks. */
  get lookahead(): number {
    return Math.max(this.settings.horizon, this.model.metadata.horizon);
  }

  /** A tick of the track, with what is known of other series in this moment of the log. */
  told(tick: Tick): Tick {
    this.stepMs = tick.stepMs;
    return this.view ? this.view.tell(tick) : tick;
  }

  /** A reading of this series was taken, live or from the log. */
  noteReading(id: number): void {
    this.lastReadingId = id;
    if (this.readingsSinceSnapshot++ === 0) this.unsavedFromId = id;
  }

  save(): Uint8Array {
    const writer = new SnapshotWriter();
    writer.f64(layout);
    writer.f64(this.stepMs);
    this.track.save(writer);
    this.forecaster.save(writer);
    return writer.bytes();
  }

  /** @throws {RangeError} when the bytes are no snapshot of this layout. */
  load(state: Uint8Array): void {
    const reader = new SnapshotReader(state);
    const found = reader.f64();
    if (found !== layout) throw new RangeError(`SeriesEntry: a snapshot of layout ${found}, expected ${layout}`);
    this.stepMs = reader.f64();
    this.track.load(reader);
    this.forecaster.load(reader);
  }
}
