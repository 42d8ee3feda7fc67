import { modelLabel, nameOf } from '../forecast/modelContract.js';
import { type ModelRegistry, ownName } from '../pipeline/modelVersions.js';
import { Random } from '../series/random.js';
import type { LearningJournal } from './learningJournal.js';
import type { LearningTask } from './learningProtocol.js';
import { learnRecipe } from './learnRecipe.js';

const mostTogether = 8; // series that one fine-tune of a shared model learns from
const ticksTogether = 24_000; // of all of them

export interface FineTunePlan {
  readonly label: string; // of what is tuned
  readonly series: readonly string[]; // that it is learned from
  readonly isShared: boolean; // they go on to share what comes of it
  readonly seed: number;
  readonly sinceDrift: number | undefined; // ticks
}

export interface TaskParts {
  readonly registry: Pick<ModelRegistry, 'versions' | 'bytes' | 'optimiserState'>;
  readonly journal: Pick<LearningJournal, 'of'>;
  readonly db: string;
  readonly maxCpu: number; // share of one core
  readonly recipe?: LearningTask['recipe'];
}

/** Of series that are learned from together: the first, and others by lot. */
export function sampleOf([first, ...others]: readonly string[], seed: number): readonly string[] {
  const random = new Random(seed);
  const sample = [first];
  while (sample.length < mostTogether && others.length > 0)
    sample.push(...others.splice(random.integer(others.length), 1));
  return sample;
}

/** The name of what a fine-tune makes. */
export const tunedName = ({ label, series, isShared }: Pick<FineTunePlan, 'label' | 'series' | 'isShared'>): string =>
  isShared ? nameOf(label) : ownName(nameOf(label), series[0]);

/** What the thread of a fine-tune is told. @throws {StepcastError} MODEL_MISSING */
export async function composeTask(
  plan: FineTunePlan,
  { registry, journal, db, maxCpu, recipe }: TaskParts,
): Promise<LearningTask> {
  const { label, series, seed, sinceDrift } = plan;
  const [first] = series;
  const name = tunedName(plan);
  const versions = registry.versions().filter((one) => one.name === name);
  const isOwned = nameOf(label) === name && versions.some((one) => modelLabel(one) === label && one.origin === 'tuned');
  const { deepAt = 0 } = journal.of(first) ?? {};
  const mostTicks = Math.min(recipe?.mostTicks ?? learnRecipe.mostTicks, Math.floor(ticksTogether / series.length));
  return {
    ...{ name, version: 1 + Math.max(0, ...versions.map(({ version }) => version)) },
    ...{ incumbent: await registry.bytes(label), memory: await registry.optimiserState(label) },
    ...{ isOwn: isOwned, deepAt, seed, db, series, maxCpu, recipe: { ...recipe, mostTicks } },
    ...(sinceDrift && { sinceDrift }),
  };
}
