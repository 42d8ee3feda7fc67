import { existsSync } from 'node:fs';
import { StepcastError } from '../errors.js';
import { modelLabel, nameOf } from '../forecast/modelContract.js';
import { ModelShelf } from '../inference/modelShelf.js';
import type { Io } from '../io.js';
import type { Learned } from '../learning/learningProtocol.js';
import { startLearning } from '../learning/startLearning.js';
import { TunedInbox } from '../learning/tunedInbox.js';
import type { SeriesListing } from '../listing/seriesItem.js';
import { ownName } from '../pipeline/modelVersions.js';
import { readSelfContained } from '../readSelfContained.js';
import { listSeries } from '../storage/queries.js';
import { storedModelHash } from '../storage/storedModelHash.js';
import type { TuneCommand } from './bodies.js';
import { progress } from './progress.js';
import { type Column, printRows, type Row } from './table.js';

const seed = 1;
const columns: readonly Column[] = [
  ...['series', 'from', 'steps', 'near', 'far', 'seasonal', 'seconds', 'verdict', 'reason'].map((name) => ({ name })),
];
const stages = { rows: 0, training: 0.1, judging: 0.8, end: 1 } as const;
const order = ['rows', 'training', 'judging', 'end'] as const;

interface Start {
  readonly label: string; // NAME@VERSION
  readonly bytes: Uint8Array;
}

/** Fine-tunes series one after another, tells what came of each and hands the daemon what the gate let through. False when it was interrupted. */
export async function runTune(command: TuneCommand, io: Io & { readonly signal: AbortSignal }): Promise<boolean> {
  const { db, dryRun, json } = command;
  const known = await listSeries(db);
  const inbox = new TunedInbox(db);
  const rows: Row[] = [];
  for (const listing of known) {
    const { series } = listing;
    if (command.series !== undefined && series !== command.series) continue;
    const began = performance.now();
    const start = await startOf(listing, command);
    const learned = await tune(series, start, command, io);
    if (io.signal.aborted) return false;
    const durationMs = performance.now() - began;
    if (learned?.verdict.promoted && !dryRun) inbox.put({ series, parent: start.label, learned, durationMs });
    rows.push(rowOf(series, start, learned, durationMs, dryRun));
  }
  printRows(io, json ? 'json' : 'table', columns, rows);
  return true;
}

/** Undefined when there is too little to learn from, or it was interrupted. */
async function tune(
  series: string,
  { label, bytes }: Start,
  { db }: TuneCommand,
  { stderr, signal }: Io & { readonly signal: AbortSignal },
): Promise<Learned | undefined> {
  const bar = progress(stderr, series);
  const name = ownName(nameOf(label), series);
  try {
    return await startLearning({
      task: { name, version: 1, incumbent: bytes, isOwn: false, deepAt: 0, seed, db, series: [series], maxCpu: 1 },
      onProgress: ({ stage, share }) => {
        const [from, to] = [stages[stage], stages[order[order.indexOf(stage) + 1]]];
        bar.update(from + share * (to - from), 1);
      },
      signal,
    });
  } catch (error) {
    if (signal.aborted) return undefined;
    if (error instanceof StepcastError && error.code === 'LEARNING_TOO_FEW') return undefined;
    throw error;
  } finally {
    bar.end();
  }
}

/** The model that is named, or the one in use: among the kept files, or in the folder of the models. */
async function startOf({ model }: SeriesListing, { db, model: named, modelsDir }: TuneCommand): Promise<Start> {
  const label = model ?? 'auto';
  if (named === undefined) {
    const kept = `${db}-models/${storedModelHash(db, label)}.onnx`;
    if (existsSync(kept)) return { label, bytes: await readSelfContained(kept) };
  }
  const shelf = new ModelShelf(modelsDir);
  const { model: loaded } = await shelf.load(named ?? nameOf(label));
  await shelf.release();
  return { label: modelLabel(loaded), bytes: await readSelfContained(loaded.path) };
}

function rowOf(series: string, start: Start, learned: Learned | undefined, durationMs: number, dryRun: boolean): Row {
  const seconds = Math.round(durationMs / 100) / 10;
  if (!learned) return { series, from: start.label, seconds, verdict: 'skipped', reason: 'too few readings' };
  const { verdict, steps } = learned;
  const { near, far, seasonal } = verdict.figures;
  const done = verdict.promoted ? (dryRun ? 'would be used' : 'handed over') : 'refused';
  return { series, from: start.label, steps, near, far, seasonal, seconds, verdict: done, reason: verdict.reason };
}
