import { modelLabel } from '../forecast/modelContract.js';
import type { Logger } from '../log.js';
import type { ModelSwaps } from '../pipeline/modelSwaps.js';
import type { Decision, ModelLedger, ModelRequest } from '../pipeline/modelVersions.js';
import type { SeriesBook } from '../pipeline/seriesBook.js';
import type { FileRegistry } from '../registry/fileRegistry.js';

const everyMs = 500;

export interface ModelRequestParts {
  readonly ledger: ModelLedger;
  readonly registry: FileRegistry;
  readonly swaps: ModelSwaps;
  readonly book: SeriesBook;
  readonly nowMs: () => number;
  readonly log: Logger;
  readonly onDecision: (decision: Decision) => void;
}

/** Carries out what `models rollback` asks for, from now until the returned function is called. */
export function serveModelRequests(parts: ModelRequestParts): () => void {
  const served = new Set<number>(); // their rows are being removed
  let serving = false;
  const timer = setInterval(async () => {
    if (serving) return;
    serving = true;
    try {
      for (const request of parts.ledger.requests()) {
        if (served.has(request.id)) continue;
        served.add(request.id);
        await serve(request, parts);
      }
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

async function serve({ id, source, target, decided }: ModelRequest, parts: ModelRequestParts): Promise<void> {
  const { ledger, registry, swaps, book, nowMs, log, onDecision } = parts;
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
  const decision: Decision = {
    ...{ timeMs: nowMs(), kind: 'rollback', model: source, series: undefined, verdict, reason, figures },
    durationMs: performance.now() - began,
  };
  if (decided && verdict === 'rolled-back') registry.note(decision);
  else registry.record(decision);
  ledger.write({ carriedOut: [id] });
  onDecision(decision);
  log.info({ ...figures, model: source, verdict, reason }, 'a rollback was asked for');
}
