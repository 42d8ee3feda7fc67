import { expandTo } from './expandTo.js';
import type { GraphBuilder } from './graphBuilder.js';
import { type Shape, sameShape } from './shape.js';
import { sumToShape } from './sumToShape.js';

interface Contributions {
  readonly terms: string[];
  readonly lefts: string[];
  readonly rights: string[];
  readonly rows: string[];
}

/**
 * What flows back into each value of a graph. Contributions are summed when asked for. Those of a weight that many steps
 * share are first stacked, one below the other, so that its whole gradient is a single product, however many steps there were:
 *
 *     Σ_t leftᵀ_t · right_t = [left_1; …; left_T]ᵀ · [right_1; …; right_T]
 */
export class Gradients {
  readonly #g: GraphBuilder;
  readonly #parts = new Map<string, Contributions>();

  constructor(g: GraphBuilder) {
    this.#g = g;
  }

  has(value: string): boolean {
    return this.#parts.has(value);
  }

  /** Adds `gradient`, which may be wider than `value` where `value` was broadcast. */
  add(value: string, gradient: string): void {
    const [from, to] = [this.#g.shape(gradient), this.#g.shape(value)];
    if (isRowVector(to) && from.length === 2 && from[1] === to.at(-1)) this.#of(value).rows.push(gradient);
    else this.#of(value).terms.push(sumToShape(this.#g, gradient, to));
  }

  /** Adds leftᵀ · right, of two matrices. */
  addProduct(value: string, left: string, right: string): void {
    const parts = this.#of(value);
    parts.lefts.push(left);
    parts.rights.push(right);
  }

  /** The sum of everything added, of the shape of `value`; zeros where nothing was. */
  of(value: string): string {
    const shape = this.#g.shape(value);
    const parts = this.#parts.get(value);
    if (!parts) return expandTo(this.#g, this.#g.scalar(0), shape, value);
    const terms = [...parts.terms];
    if (parts.lefts.length > 0) {
      const product = this.#g.op('Gemm', [this.#stack(parts.lefts), this.#stack(parts.rights)], { transA: 1 });
      terms.push(product);
    }
    if (parts.rows.length > 0) terms.push(sumToShape(this.#g, this.#stack(parts.rows), shape));
    return terms.reduce((sum, term) => this.#g.op('Add', [sum, term]));
  }

  /** In the order of the forward pass, in which other gradients stack the same values. */
  #stack(matrices: readonly string[]): string {
    return matrices.length === 1 ? matrices[0] : this.#g.op('Concat', [...matrices].reverse(), { axis: 0 });
  }

  #of(value: string): Contributions {
    let parts = this.#parts.get(value);
    if (!parts) this.#parts.set(value, (parts = { terms: [], lefts: [], rights: [], rows: [] }));
    return parts;
  }
}

const isRowVector = (shape: Shape): boolean =>
  shape.length === 1 || (shape.length === 2 && sameShape(shape.slice(0, 1), [1]));
