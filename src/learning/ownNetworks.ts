import { type ModelProposals, type ModelRegistry, sharedName } from '../pipeline/modelVersions.js';
import { halfLifeMs, UseOfSeries } from './useOfSeries.js';

export const plainMostOwn = 100; // networks of single series: 183 kB each

/** Whether a label is that of one series' own network. */
export const isOwn = (label: string): boolean => sharedName(label) !== label;

export interface OwnNetworksOptions {
  readonly registry: Pick<ModelRegistry, 'versions'>;
  readonly proposals: ModelProposals;
  readonly most: number;
  readonly elapsedMs: () => number;
}

/** Who has a network of its own. There is room for so many; the least used makes way. */
export class OwnNetworks {
  readonly #options: OwnNetworksOptions;
  readonly #use = new UseOfSeries();
  readonly #beganMs: number;

  constructor(options: OwnNetworksOptions) {
    this.#options = options;
    this.#beganMs = options.elapsedMs();
  }

  /** A series was used: a forecast of it was issued. */
  note(series: string): void {
    this.#use.note(series, this.#options.elapsedMs());
  }

  /** Where there are as many networks of single series as there may be, one that is used half as much makes room. */
  hasRoomFor(series: string): boolean {
    const { most, elapsedMs } = this.#options;
    const owners = this.#owners();
    if (owners.length < most) return true;
    const nowMs = elapsedMs();
    const isKnown = nowMs - this.#beganMs >= halfLifeMs; // before that nobody knows how much a series is used
    return isKnown && owners.some((owner) => 2 * this.#use.of(owner, nowMs) <= this.#use.of(series, nowMs));
  }

  /** The least used of too many falls back to the model it came from: which series, from what, to what. */
  async makeRoom(): Promise<{ series: string; model: string; target: string } | undefined> {
    const { proposals, registry, most } = this.#options;
    const owners = this.#owners();
    if (owners.length < most) return undefined;
    const [series] = owners;
    const model = proposals.modelOf(series);
    if (model === undefined || !isOwn(model)) return undefined;
    const shared = registry.versions().filter(({ name, state }) => name === sharedName(model) && state === 'active');
    if (shared.length === 0) return undefined;
    const target = `${sharedName(model)}@${Math.max(...shared.map(({ version }) => version))}`;
    await proposals.propose(target, [series], 'back');
    return { series, model, target };
  }

  /** Series of this process with a network of their own, the least used first. */
  #owners(): readonly string[] {
    const { registry, proposals, elapsedMs } = this.#options;
    const inUse = registry.versions().filter(({ name, state }) => isOwn(name) && state === 'active');
    const names = new Set(inUse.map(({ name }) => name.slice(sharedName(name).length + 1)));
    const owners = [...names].filter((series) => proposals.modelOf(series) !== undefined);
    const nowMs = elapsedMs();
    return owners.sort((a, b) => this.#use.of(a, nowMs) - this.#use.of(b, nowMs));
  }
}
