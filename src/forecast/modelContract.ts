export type CellKind = 'rnn' | 'gru' | 'lstm' | (string & {});
export type TargetKind = 'value' | 'change' | 'residual';

/** The metadata document of a step model: ONNX `metadata_props` key `stepcast`, or the sidecar file MODEL.json. */
export interface ModelMetadata {
  readonly contract: 1;
  readonly cell: CellKind;
  readonly features: readonly string[];
  readonly target: TargetKind;
  readonly horizon: number; // steps
  readonly levels: readonly number[]; // quantile levels, increasing, within (0, 1)
  readonly season?: number; // steps
  readonly covariates?: Readonly<Record<string, 'past' | 'future'>>; // when those among its features are known; left out: past
  readonly name?: string;
  readonly version?: number;
}

/** One recurrent state of a step model: input `name`, output `name_next`, shape without its batch axis flattened to `size`. */
export interface StateShape {
  readonly name: string;
  readonly dims: readonly number[]; // as declared, −1 at the batch axis
  readonly batchAxis: number;
  readonly size: number; // floats a series
}

/** What a loaded step model is: its metadata, its identity and the shapes found in its graph. */
export interface LoadedModel {
  readonly name: string;
  readonly version: number;
  readonly sha256: string;
  readonly path: string;
  readonly metadata: ModelMetadata;
  readonly featureWidth: number; // columns of x
  readonly states: readonly StateShape[];
}

/** `NAME@VERSION`, as forecasts carry it. */
export const modelLabel = (model: Pick<LoadedModel, 'name' | 'version'>): string => `${model.name}@${model.version}`;

/** The name of `NAME` and of `NAME@VERSION`. */
export function nameOf(label: string): string {
  const at = label.lastIndexOf('@');
  return at < 0 ? label : label.slice(0, at);
}
