import type { FloatArray } from './graphRunner.js';

export interface StateLayout {
  readonly name: string;
  readonly dims: readonly number[]; // −1 at the batch axis
}

/** The recurrent states of a batch, carried from one run of a graph to the next: zero where a sequence begins. */
export class RecurrentStates {
  readonly #layouts: readonly StateLayout[];
  #arrays: FloatArray[] = [];

  constructor(layouts: readonly StateLayout[]) {
    this.#layouts = layouts;
  }

  /** Zeros for `batch` rows. */
  clear(batch: number): void {
    this.#arrays = this.#layouts.map(({ dims }) => {
      const sizes = dims.map((dim) => (dim < 0 ? batch : dim));
      return { data: new Float32Array(sizes.reduce((size, dim) => size * dim, 1)), dims: sizes };
    });
  }

  /** Zeros in some rows. */
  clearRows(rows: readonly number[]): void {
    for (const [i, { dims }] of this.#layouts.entries()) {
      const { data, dims: sizes } = this.#arrays[i];
      const axis = dims.indexOf(-1);
      const inner = sizes.slice(axis + 1).reduce((size, dim) => size * dim, 1);
      const stride = sizes[axis] * inner;
      for (let outer = 0; outer < data.length; outer += stride) {
        for (const row of rows) data.fill(0, outer + row * inner, outer + (row + 1) * inner);
      }
    }
  }

  /** As inputs of a graph. */
  get feeds(): Record<string, FloatArray> {
    return Object.fromEntries(this.#layouts.map(({ name }, i) => [`state.${name}`, this.#arrays[i]]));
  }

  /** Takes the states after the last step from a graph's outputs. */
  take(results: Readonly<Record<string, FloatArray>>): void {
    this.#arrays = this.#layouts.map(({ name }) => results[`state.${name}_next`]);
  }

  save(): [string, Float32Array][] {
    return this.#arrays.map(({ data }, i) => [this.#layouts[i].name, data]);
  }

  load(batch: number, saved: (name: string) => Float32Array): void {
    this.clear(batch);
    for (const [i, { name }] of this.#layouts.entries()) this.#arrays[i].data.set(saved(name));
  }
}
