import type { ApiModel } from '../../http/api.js';

export const labelOf = ({ name, version }: Pick<ApiModel, 'name' | 'version'>): string => `${name}@${version}`;

/** `gru-base` of `gru-base:sensors/kitchen@3`. */
export const baseOf = (label: string): string => label.split(/[:@]/, 1)[0];

export interface LineageEntry {
  readonly model: ApiModel;
  readonly role: 'in-use' | 'ancestor' | 'aside'; // aside: made by the series, and not on the way to the one in use
}

/** The versions that led to the one in use, it first; then those of the series' own that did not, newest first. */
export function modelLineage(models: readonly ApiModel[], inUse: string, series: string): LineageEntry[] {
  const byLabel = new Map(models.map((model) => [labelOf(model), model]));
  const line: ApiModel[] = [];
  for (let model = byLabel.get(inUse); model && !line.includes(model); model = byLabel.get(model.parent ?? ''))
    line.push(model);
  const others = models
    .filter((model) => model.name === `${baseOf(inUse)}:${series}` && !line.includes(model))
    .sort((a, b) => b.version - a.version);
  return [
    ...line.map((model, i) => ({ model, role: i === 0 ? ('in-use' as const) : ('ancestor' as const) })),
    ...others.map((model) => ({ model, role: 'aside' as const })),
  ];
}
