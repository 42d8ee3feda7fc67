import { differentiate } from '../../src/onnx/differentiate.js';
import { GraphBuilder } from '../../src/onnx/graphBuilder.js';
import { Random } from '../../src/series/random.js';
import type { GradientCase } from './gradientCases.js';
import { randomGraph } from './randomGraph.js';
import { weightedSum } from './weightedSum.js';

/** A graph with a loss and its gradients. */
export interface Differentiated {
  readonly g: GraphBuilder;
  /** The same up to the loss, to be evaluated over and over. */
  readonly forward: GraphBuilder;
  readonly loss: string;
  readonly feeds: Readonly<Record<string, readonly number[]>>;
  readonly gradients: ReadonlyMap<string, string>; // also outputs d.NAME
}

interface Recipe {
  readonly loss: string;
  readonly feeds: Readonly<Record<string, readonly number[]>>;
  readonly wrt: readonly string[];
}

function differentiated(recipe: (g: GraphBuilder) => Recipe): Differentiated {
  const [g, forward] = [new GraphBuilder('differentiated'), new GraphBuilder('forward')];
  recipe(forward);
  const { loss, feeds, wrt } = recipe(g);
  const gradients = differentiate(g, loss, wrt);
  g.output('loss', loss);
  for (const [name, gradient] of gradients) g.output(`d.${name}`, gradient);
  return { g, forward, loss, feeds, gradients };
}

export const differentiatedCase = ({ shapes, build, positive, wrt }: GradientCase): Differentiated =>
  differentiated((g) => {
    const random = new Random(5);
    const inputs = shapes.map((shape, i) => g.input(`x${i}`, shape));
    const number = (): number => Math.fround(random.between(0.3, 2) * (positive || random.chance(0.5) ? 1 : -1));
    const feeds = Object.fromEntries(
      inputs.map((name, i) => [name, Array.from({ length: shapes[i].reduce((a, b) => a * b, 1) }, number)]),
    );
    const built = build(g, ...inputs);
    const loss = weightedSum(g, typeof built === 'string' ? [built] : built, random);
    return { loss, feeds, wrt: inputs.filter((_, i) => wrt?.includes(i) ?? true) };
  });

export const differentiatedRandom = (seed: number): Differentiated =>
  differentiated((g) => {
    const random = new Random(seed);
    const { feeds, leaves } = randomGraph(g, random);
    return { loss: weightedSum(g, leaves, random), feeds, wrt: Object.keys(feeds) };
  });
