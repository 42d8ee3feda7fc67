import type { LoadedModel } from '../forecast/modelContract.js';

/**
 * candidate: made, not yet judged. refused: judged and not used. shadow: stepped beside the one in use, to be judged by readings. active:
 * in use, or what its name stands for. rolled-back: was in use, and did worse. retired: was in use, and something newer took its place.
 */
export type ModelState = 'candidate' | 'refused' | 'shadow' | 'active' | 'rolled-back' | 'retired';

/** shipped and file: in the folder of the models. tuned: learned here. pushed: sent here. */
export type ModelOrigin = 'shipped' | 'file' | 'tuned' | 'pushed';

/** One version of a model, as the registry knows it. What its bytes are never changes: another content is another version. */
export interface ModelVersion extends Pick<LoadedModel, 'name' | 'version' | 'sha256'> {
  readonly state: ModelState;
  readonly origin: ModelOrigin;
  readonly createdMs: number;
  readonly parent: string | undefined; // NAME@VERSION
}

/** gate: by held-out readings. shadow: before its use, probation: after it, auto: among base models, by live loss. rollback: by hand. */
export type DecisionKind = 'gate' | 'shadow' | 'probation' | 'auto' | 'rollback';

/** What was tried, and what came of it. Stored, published on the learn topic, shown by `models show`. */
export interface Decision {
  readonly timeMs: number;
  readonly kind: DecisionKind;
  readonly model: string; // NAME@VERSION that was judged
  readonly series: string | undefined; // undefined: all that share the model
  readonly verdict: 'promoted' | 'refused' | 'rolled-back' | 'kept' | 'failed';
  readonly reason: string; // one line for a person
  readonly figures: Readonly<Record<string, unknown>>; // JSON: losses before and after, counts, horizons
  readonly durationMs: number;
}

export interface NewVersion {
  readonly bytes: Uint8Array; // of the .onnx file
  readonly origin: 'tuned' | 'pushed';
  readonly parent: string; // NAME@VERSION
  /** shared: the next version of the parent's name. A series: a version of BASE:SERIES, that series' own. */
  readonly scope: 'shared' | { readonly series: string };
  readonly optimiserState?: Uint8Array;
}

/** The versions of models on this machine. Rows are written in the order of the calls, before any later commit of readings. */
export interface ModelRegistry {
  /** All that are known, in the order of their creation. */
  versions(): readonly ModelVersion[];
  /** Keeps the file durably and makes it known as a candidate. Equal bytes under the same name are the version that is there. */
  add(version: NewVersion): Promise<ModelVersion>;
  /** The file of a version, the metadata of its sidecar in it. @throws {StepcastError} MODEL_MISSING when it is no longer there. */
  bytes(label: string): Promise<Uint8Array>;
  /** What the optimiser of its training was left with. */
  optimiserState(label: string): Promise<Uint8Array | undefined>;
  /** Stores a decision; 'refused' and 'failed' make a candidate `refused`. The caller publishes it. */
  record(decision: Decision): void;
  /** Takes note of a decision that is stored with a commit of readings. */
  note(decision: Decision): void;
  /** Sets the states of versions by what series are stepped through now, by label. */
  settle(inUse: ReadonlySet<string>, inShadow: ReadonlySet<string>): void;
}

/** Asked for on the command line: series stepped through `source` are to go over to `target`. */
export interface ModelRequest {
  readonly id: number;
  readonly source: string; // NAME@VERSION
  readonly target: string;
  readonly decided: boolean; // it was recorded when it was asked for
}

/** Where the registry keeps what it knows. Entries are written in the order of the calls, each all or nothing, before any later commit of readings. */
export interface ModelLedger {
  versions(): ModelVersion[];
  /** Hashes of models that stored states belong to. */
  hashesInUse(): Set<string>;
  requests(): ModelRequest[];
  write(entries: {
    readonly versions?: readonly ModelVersion[]; // new, or in another state
    readonly decisions?: readonly Decision[];
    readonly carriedOut?: readonly number[]; // requests
  }): void;
  /** Of a ledger that several processes write to. */
  readonly shared?: SharedModels;
}

/** Of a model's file: itself, its sidecar, and what the optimiser of its training was left with. */
export type ModelFileKind = 'onnx' | 'json' | 'moments';

/** What a ledger that several processes write to keeps for all of them. */
export interface SharedModels {
  /** Resolves once it is kept: to be called before the version is written down. Equal hashes are kept once. */
  keep(sha256: string, kind: ModelFileKind, bytes: Uint8Array): Promise<void>;
  /** Undefined when it is not kept. */
  fetch(sha256: string, kind: ModelFileKind): Promise<Uint8Array | undefined>;
  /** Removes, by and by, the files of hashes that are not among `kept`. */
  prune(kept: ReadonlySet<string>): void;
  /** Whether the stored state of a series, anybody's, belongs to it: as of the last reading of the ledger. */
  isInUse(sha256: string): boolean;
  /** Resolves once what was written is committed. */
  written(): Promise<void>;
  /** Reads again what others wrote. */
  refresh(): Promise<void>;
}

/** What became of a proposal for one series: it is brought up to date and takes over; or why not. */
export type ProposalAnswer = 'accepted' | 'in-use' | 'unknown-series' | 'on-trial' | 'pinned' | 'unfit';

/** Brings a version into use, from outside the flow of readings. */
export interface ModelProposals {
  /**
   * `swap`: takes over as soon as its state is rebuilt from the log, the one before stepped on beside it over a probation. `shadow`: is
   * stepped beside the one in use first, and takes over if it does better. `back`: takes over for good.
   */
  propose(
    label: string,
    series: readonly string[],
    how: 'swap' | 'shadow' | 'back',
  ): Promise<ReadonlyMap<string, ProposalAnswer>>;
  /** NAME@VERSION a series is stepped through; undefined for an unknown one. */
  modelOf(series: string): string | undefined;
}

/** The name of a series' own versions of a model, whose name may be such a one. */
export const ownName = (name: string, series: string): string => `${sharedName(name)}:${series}`;

/** What a name was made from: `gru-base` of `gru-base:kitchen/temperature`. */
export const sharedName = (name: string): string => name.split(':', 1)[0];
