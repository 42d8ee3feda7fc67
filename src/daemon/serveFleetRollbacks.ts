import { modelLabel } from '../forecast/modelContract.js';
import type { ModelRequestParts } from './serveModelRequests.js';

const everyMs = 2000;

/**
 * Carries out what `models rollback` asked the workers of a fleet for: each takes back the series it has, and those that come to it, from now until
 * the returned function is called. Of two requests that contradict each other the later one counts.
 */
export function serveFleetRollbacks({ ledger, registry, swaps, book, nowMs, log }: ModelRequestParts): () => void {
  const noted = new Set<number>();
  let serving = false;
  const serve = async (): Promise<void> => {
    const back = new Map<string, { readonly id: number; readonly target: string }>(); // by source
    for (const { id, source, target } of ledger.requests()) {
      back.delete(target);
      back.set(source, { id, target });
    }
    for (const [source, { id, target }] of back) {
      if (!noted.has(id)) {
        const rolledBack = { model: source, verdict: 'rolled-back', kind: 'rollback', series: undefined } as const;
        registry.note({ ...rolledBack, timeMs: nowMs(), reason: 'asked for by hand', figures: {}, durationMs: 0 });
      }
      noted.add(id);
      const series = [...book.entries].filter(({ model }) => modelLabel(model) === source);
      if (series.length === 0) continue;
      const answers = await swaps.propose(
        target,
        series.map(({ seriesId }) => seriesId),
        'back',
      );
      const taken = [...answers.values()].filter((answer) => answer === 'accepted').length;
      if (taken > 0) log.info({ model: source, target, series: taken }, 'a rollback was asked for');
    }
  };
  const timer = setInterval(() => {
    if (serving) return;
    serving = true;
    serve()
      .catch((error) => log.error({ problem: `${error}` }, 'a request of models failed'))
      .finally(() => {
        serving = false;
      });
  }, everyMs);
  return () => clearInterval(timer);
}
