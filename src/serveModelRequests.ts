import { modelLabel } from './forecast/modelContract.js';
import type { Logger } from './log.js';
import type { ModelSwaps } from './pipeline/modelSwaps.js';
import type { ModelLedger, ModelRequest } from './pipeline/modelVersions.js';
import type { SeriesBook } from './pipeline/seriesBook.js';
import type { FileRegistry } from './registry/fileRegistry.js';

const everyMs = 500;

export interface ModelRequestParts {
  readonly ledger: ModelLedger;
  readonly registry: FileRegistry;
  readonly swaps: ModelSwaps;
  readonly book: SeriesBook;
  readonly nowMs: () => number;
  readonly log: Logger;
}

/** Carries out what `models rollback` asks for, from now until the returned function is called. */
export function serveModelRequests(parts: ModelRequestParts): () => void {
  let serving = false;
  const timer = setInterval(async () => {
    if (serving) return;
    serving = true;
    try {
      for (const request of parts.ledger.requests()) await serve(request, parts);
    } catch (error) {
      parts.log.error(
        { problem: error instanceof Error ? error.message : String(error) },
        'a request of models failed',
      );
    } finally {
      serving = false;
    }
  }, everyMs);
  return () => clearInterval(timer);
}

const served = new WeakMap<ModelLedger, Set<number>>();

async function serve({ id, source, target }: ModelRequest, parts: ModelRequestParts): Promise<void> {
  const { ledger, registry, swaps, book, nowMs, log } = parts;
  const done = served.get(ledger) ?? new Set();
  served.set(ledger, done);
  if (done.has(id)) return; // its row is being removed
  done.add(id);
  const began = performance.now();
  const series = [...book.entries].filter(({ model }) => modelLabel(model) === source).map(({ seriesId }) => seriesId);
  let reason = 'asked for by hand';
  let verdict: 'rolled-back' | 'failed' = 'rolled-back';
  try {
    await swaps.propose(target, series, 'back');
  } catch (error) {
    verdict = 'failed';
    reason = error instanceof Error ? error.message : String(error);
  }
  const figures = { target, series: series.length };
  const decision = { kind: 'rollback' as const, model: source, series: undefined, verdict, reason, figures };
  const isDecided = registry
    .versions()
    .some((version) => modelLabel(version) === source && version.state === 'rolled-back');
  if (!isDecided) registry.record({ ...decision, timeMs: nowMs(), durationMs: performance.now() - began });
  ledger.write({ carriedOut: [id] });
  log.info(decision, 'a model is rolled back');
}
