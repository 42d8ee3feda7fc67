import { modelLabel } from '../forecast/modelContract.js';
import type { Logger } from '../log.js';
import { type ModelProposals, type ModelVersion, sharedName } from '../pipeline/modelVersions.js';
import type { SeriesEntry } from '../pipeline/seriesEntry.js';

const everyMs = 2000;

export interface TunedParts {
  readonly registry: {
    versions(): readonly ModelVersion[];
    standsFor(name: string): string | undefined;
  };
  readonly swaps: Pick<ModelProposals, 'propose'>;
  readonly book: { readonly entries: Iterable<Pick<SeriesEntry, 'seriesId' | 'model'>> };
  readonly log: Logger;
}

/**
 * Of a fleet: brings what learning made of shared models, on any worker, to the series of this one that are stepped through an earlier version, each
 * once, on a probation of its own; from now until the returned function is called.
 */
export function offerTuned({ registry, swaps, book, log }: TunedParts): () => void {
  const asked = new Map<string, Set<string>>(); // series, by label
  const offer = async (version: ModelVersion): Promise<void> => {
    const label = modelLabel(version);
    let known = asked.get(label);
    if (!known) asked.set(label, (known = new Set()));
    const open: string[] = [];
    for (const { seriesId, model } of book.entries) {
      if (model.name !== version.name || model.version > version.version) continue;
      if (model.version === version.version) known.add(seriesId);
      else if (!known.has(seriesId)) open.push(seriesId);
    }
    if (open.length === 0) return;
    const answers = await swaps.propose(label, open, 'swap');
    for (const [series, answer] of answers) if (answer !== 'on-trial') known.add(series);
    const taken = [...answers.values()].filter((answer) => answer === 'accepted').length;
    if (taken > 0) log.info({ model: label, series: taken }, 'series go over to what learning made of their model');
  };
  const isOffered = (version: ModelVersion): boolean => {
    const { name, origin, state } = version;
    const isShared = origin === 'tuned' && state === 'active' && sharedName(name) === name;
    return isShared && registry.standsFor(name) === modelLabel(version);
  };
  const offerAll = async (): Promise<void> => {
    const offered = registry.versions().filter(isOffered);
    const labels = new Set(offered.map(modelLabel));
    for (const label of asked.keys()) if (!labels.has(label)) asked.delete(label);
    for (const version of offered) await offer(version);
  };
  let offering = false;
  const timer = setInterval(() => {
    if (offering) return;
    offering = true;
    offerAll()
      .catch((error) =>
        log.error({ problem: `${error}` }, 'what learning made of a model could not be brought into use'),
      )
      .finally(() => {
        offering = false;
      });
  }, everyMs);
  return () => clearInterval(timer);
}
