import { type LoadedModel, modelLabel, nameOf } from '../forecast/modelContract.js';
import type { ModelSwaps } from '../pipeline/modelSwaps.js';
import { sharedName } from '../pipeline/modelVersions.js';
import type { SeriesBook } from '../pipeline/seriesBook.js';
import type { SeriesEntry } from '../pipeline/seriesEntry.js';

export interface OfferParts {
  readonly swaps: ModelSwaps;
  readonly book: SeriesBook;
  /** Whether a name is known from elsewhere: of the models folder, or written down in a stream. */
  readonly isKnownName: (name: string) => boolean;
}

/** What became of offering a version to the series it is for. */
export interface Offer {
  readonly series: number; // that it is for
  readonly unfit: number;
  readonly pinned: number;
  readonly adapts: readonly string[];
}

/**
 * Offers a pushed version to the series it is for, and that were not asked before. For are those stepped through its name or a fine-tune of it,
 * those whose settings name it, and, for a name that nothing knows, every series that leaves its model to us. A series that has a fine-tune of its
 * own gives it up to a trial alone, also when it is to be used at once: what it learned is not thrown away unseen.
 */
export async function offerModel(
  model: Pick<LoadedModel, 'name' | 'version' | 'metadata'>,
  activate: 'trial' | 'now',
  asked: Set<string>,
  { swaps, book, isKnownName }: OfferParts,
): Promise<Offer> {
  const label = modelLabel(model);
  const isNewName = !isKnownName(model.name);
  const isFor = ({ settings, model: own }: SeriesEntry): boolean =>
    nameOf(settings.model) === model.name ||
    (settings.model === 'auto' && (isNewName || sharedName(own.name) === model.name));
  const entries = [...book.entries].filter(isFor);
  const isLater = (own: LoadedModel): boolean => own.name === model.name && own.version > model.version;
  const open = entries.filter(
    ({ seriesId, model: own }) => modelLabel(own) !== label && !isLater(own) && !asked.has(seriesId),
  );
  const isTuned = ({ model: own }: SeriesEntry): boolean => own.name !== sharedName(own.name);
  const now = activate === 'now' ? open.filter((entry) => !isTuned(entry)) : [];
  const later = activate === 'now' ? open.filter(isTuned) : open;
  for (const [how, chosen] of [
    ['swap', now],
    ['shadow', later],
  ] as const) {
    if (chosen.length === 0) continue;
    const answers = await swaps.propose(
      label,
      chosen.map(({ seriesId }) => seriesId),
      how,
    );
    for (const [series, answer] of answers) if (answer !== 'on-trial') asked.add(series);
  }
  if (entries.length === 0) await swaps.propose(label, [], 'swap'); // ready for a series that begins
  const unfit = entries.filter(
    (entry) => modelLabel(entry.model) !== label && asked.has(entry.seriesId) && !suits(entry, model),
  );
  return {
    series: entries.length,
    unfit: unfit.length,
    pinned: entries.filter(({ settings }) => settings.model.includes('@')).length,
    adapts: [...new Set(entries.flatMap((entry) => adaptations(entry, model)))].slice(0, 8),
  };
}

const suits = (entry: SeriesEntry, model: Pick<LoadedModel, 'metadata'>): boolean => entry.suits(model as LoadedModel);

/** Where a stream and a model differ, and what is done about it. */
function adaptations({ settings }: SeriesEntry, { metadata }: Pick<LoadedModel, 'metadata'>): string[] {
  const { horizon, levels } = metadata;
  const found: string[] = [];
  if (horizon < settings.horizon) {
    found.push(
      `the model looks ${horizon} steps ahead, streams forecast ${settings.horizon}: the experts say the rest`,
    );
  } else if (horizon > settings.horizon) {
    found.push(
      `the model looks ${horizon} steps ahead, streams forecast ${settings.horizon}: its further steps are left out`,
    );
  }
  if (`${levels}` !== `${settings.levels}`) {
    found.push(
      `the model has levels ${levels.join(', ')}, streams forecast ${settings.levels.join(', ')}: its median is used`,
    );
  }
  return found;
}
