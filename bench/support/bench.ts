/** One measurement, as data: `kind` says which, the rest are its parameters. */
export interface Trial {
  readonly kind: string;
  readonly [parameter: string]: string | number;
}

export type TrialResult = Readonly<Record<string, number | string | undefined>>;

export interface Outcome {
  readonly trial: Trial;
  readonly result: TrialResult;
  readonly commit: string;
  readonly date: string;
}

export interface BenchOptions {
  readonly repeat?: number; // rounds of the trials that are repeated; each bench has its default
}

/** What a file NAME.bench.ts exports as `bench`. Every trial runs in a process of its own. */
export interface Bench {
  readonly summary: string; // one line
  trials(options: BenchOptions): readonly Trial[]; // in the order in which they run
  run(trial: Trial): Promise<TrialResult>;
  figures(outcomes: readonly Outcome[]): object;
  table(figures: object): string; // Markdown
  readonly needsAllKinds?: boolean; // no figures while a kind of trial has no outcomes
  /** Further text that follows from the figures, each between its own markers: `bench:NAME:SECTION`. */
  sections?(figures: object): Readonly<Record<string, string>>;
  readonly document?: string; // where `--write` puts it. Default: docs/performance.md
  pictures?(figures: object, folder: string): void; // written beside the documents
}
