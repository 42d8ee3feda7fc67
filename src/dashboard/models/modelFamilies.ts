import type { ApiModel } from '../../http/api.js';
import { baseOf } from '../series/modelLineage.js';

/** A model by its name: the versions all series may share, and those that single series made their own. */
export interface ModelFamily {
  readonly name: string;
  readonly versions: readonly ApiModel[]; // newest first
  readonly own: readonly ApiModel[]; // by name, newest first
  readonly series: number; // stepped through any of them
}

export function modelFamilies(models: readonly ApiModel[]): ModelFamily[] {
  const families = new Map<string, ApiModel[]>();
  for (const model of models) {
    const name = baseOf(model.name);
    families.set(name, [...(families.get(name) ?? []), model]);
  }
  return [...families]
    .map(([name, members]) => ({
      name,
      versions: members.filter((model) => model.name === name).sort((a, b) => b.version - a.version),
      own: members
        .filter((model) => model.name !== name)
        .sort((a, b) => a.name.localeCompare(b.name) || b.version - a.version),
      series: members.reduce((sum, { series }) => sum + series, 0),
    }))
    .sort((a, b) => b.series - a.series || a.name.localeCompare(b.name));
}
