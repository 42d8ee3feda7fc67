import type { Config } from '../config/config.js';
import type { ConfigSource } from '../daemon/reloadConfig.js';
import type { Io } from '../io.js';
import type { TrainJob } from '../lab/trainJob.js';
import type { ForecastListing, ForecastQuery } from '../listing/listForecasts.js';
import type { LiveAccuracy } from '../listing/liveAccuracy.js';
import type { DecisionListing, ModelListing } from '../listing/modelListing.js';
import type { Rollback } from '../listing/rollbackPlan.js';
import type { SeriesListing } from '../listing/seriesItem.js';
import type { AccuracyRow } from '../metrics/accuracyRows.js';
import type { AccuracyQuery } from '../storage/storedAccuracy.js';
import type { TableCovariate } from '../training/tableCovariates.js';
import type { Finding } from './checks/finding.js';

/* What the command line says, checked and with its defaults. */

export interface DemoCommand {
  readonly port: number | undefined; // undefined: any free one
  readonly speed: number; // steps of the data set a second
  readonly durationSeconds: number | undefined; // undefined: until it is stopped
}

export interface BacktestCommand {
  readonly file: string;
  readonly time: string | undefined; // column; undefined: found
  readonly values: readonly string[]; // columns; empty: every numeric one that is no covariate
  readonly covariates?: readonly TableCovariate[];
  readonly statics?: Readonly<Record<string, number>>;
  readonly cadenceMs: number; // 0: every row is one step
  readonly horizon: number;
  readonly season: number; // steps, 0: found
  readonly models: readonly string[];
  readonly learn: boolean;
  readonly protocol: 'single' | 'fsnet' | 'leakfree';
  readonly columns: readonly string[]; // those reported; empty: all
  readonly plot?: string; // picture
  readonly json: boolean;
  readonly modelsDir: string;
}

export interface TrainCommand {
  readonly job?: TrainJob; // of a new run
  readonly out?: string;
  readonly resume?: string; // checkpoint of an old one
  readonly json: boolean;
}

export interface CompareCommand {
  readonly jobs: readonly TrainJob[]; // one a structure
  readonly out?: string; // picture
  readonly json: boolean;
  readonly modelsDir: string;
}

export interface InspectCommand {
  readonly file: string;
  readonly gradients?: string; // data
  readonly time?: string;
  readonly values: readonly string[];
  readonly cadenceMs: number;
  readonly steps: number;
  readonly out?: string; // picture
  readonly json: boolean;
}

export interface TuneCommand {
  readonly series: string | undefined; // undefined: every one, one after another
  readonly db: string;
  readonly model: string | undefined; // NAME or FILE.onnx to begin from; undefined: the one in use
  readonly modelsDir: string;
  readonly dryRun: boolean;
  readonly json: boolean;
}

export interface PushCommand {
  readonly file: string;
  readonly name: string;
  readonly version: number;
  readonly keys: readonly string[]; // files
  readonly broker: Config['broker'];
  readonly prefix: string;
  readonly node: string; // or all
  readonly expires: number; // epoch milliseconds
  readonly activate: 'trial' | 'now';
  readonly canary: number | undefined;
  readonly chunkSize: number; // bytes
  readonly waitMs: number;
  readonly json: boolean;
}

export interface DevicePushCommand
  extends Pick<
    PushCommand,
    'file' | 'name' | 'version' | 'keys' | 'broker' | 'prefix' | 'node' | 'expires' | 'waitMs' | 'json'
  > {
  readonly device: string;
}

export interface BridgeCommand {
  readonly devices: Config['devices'];
  readonly broker: Config['broker'];
  readonly prefix: string;
  readonly node: string;
  readonly state: string; // file
  readonly log: Config['log'];
}

export interface ExportCommand {
  readonly file: string;
  readonly out: string; // folder
  readonly kind: 'int8' | 'float';
  readonly budget: number | undefined; // bytes of flash
  readonly calibrate?: string; // data
  readonly time?: string;
  readonly values: readonly string[];
  readonly cadenceMs: number;
  readonly season: number; // steps, 0: found
  readonly json: boolean;
}

export interface MadeKey {
  readonly keyId: string;
  readonly publicKey: string; // base64 of its 32 bytes
  readonly privateKey?: string; // PEM, where it was not written to a file
  readonly file?: string;
}

/** What the commands set going. Each is loaded when it is called: help and usage errors need none of it. */
export interface Bodies {
  /** `reload` is where the configuration comes from again; undefined: nowhere. */
  runDaemon(config: Config, io: Io & { readonly signal: AbortSignal; readonly reload?: ConfigSource }): Promise<void>;
  runDemo(options: DemoCommand, io: Io & { readonly signal: AbortSignal }): Promise<void>;
  runBacktest(options: BacktestCommand, io: Io): Promise<void>;
  /** False when it was interrupted. */
  runTrain(command: TrainCommand, io: Io & { readonly signal: AbortSignal }): Promise<boolean>;
  runCompare(command: CompareCommand, io: Io & { readonly signal: AbortSignal }): Promise<void>;
  /** False when it was interrupted. */
  runTune(command: TuneCommand, io: Io & { readonly signal: AbortSignal }): Promise<boolean>;
  runInspect(command: InspectCommand, io: Io): Promise<void>;
  runExportC(command: ExportCommand, io: Io): Promise<void>;
  runExportC(command: ExportCommand, io: Io): Promise<void>;
  listSeries(db: string): Promise<readonly SeriesListing[]>;
  listModels(db: string): Promise<readonly ModelListing[]>;
  /** Ids of the keys that signed what was pushed, by label. */
  listSigners(db: string): Promise<ReadonlyMap<string, string>>;
  listDecisions(db: string, labels: readonly string[]): Promise<readonly DecisionListing[]>;
  /** False when a node refused the model or did not answer. */
  runPush(command: PushCommand, io: Io & { readonly signal: AbortSignal }): Promise<boolean>;
  /** False when the device refused the model, went back from it or did not answer. */
  runDevicePush(command: DevicePushCommand, io: Io & { readonly signal: AbortSignal }): Promise<boolean>;
  runBridge(command: BridgeCommand, io: Io & { readonly signal: AbortSignal }): Promise<void>;
  /** @throws {StepcastError} KEY_UNUSABLE when there is such a file. */
  makeKey(out: string | undefined): Promise<MadeKey>;
  rollBackModel(db: string, name: string, version: number | undefined, nowMs: number): Promise<Rollback>;
  queryForecasts(db: string, query: ForecastQuery): Promise<readonly ForecastListing[]>;
  liveAccuracy(db: string, series: string, lastN: number): Promise<LiveAccuracy | undefined>;
  storedAccuracy(
    db: string,
    query: AccuracyQuery,
    onProgress: (done: number, total: number) => void,
  ): Promise<readonly AccuracyRow[]>;
  /** Draws how the newest forecasts of a series turned out, and tells the files written. */
  plotForecasts(db: string, series: string, horizons: readonly number[], file: string): Promise<readonly string[]>;
  /** Checks of everything around the configuration, each given as soon as it is known. */
  checkSurroundings(config: Config): AsyncIterable<Finding>;
}
