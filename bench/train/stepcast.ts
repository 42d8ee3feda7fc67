import { createGraphRunner } from '../../src/inference/graphRunner.js';
import { encodeModel } from '../../src/onnx/codec.js';
import { encodeForRun } from '../../src/onnx/encodeForRun.js';
import { GraphBuilder } from '../../src/onnx/graphBuilder.js';
import type { TrialResult } from '../support/bench.js';
import { clockMs } from '../support/measurement.js';
import { peakBytes } from '../support/procfs.js';
import { firstFeeds, graphOf, type Problem } from './problem.js';
import { stepTimes } from './stepTimes.js';

/** The product: graph and session made once, then steps, weights and moments going in and out. */
export async function stepcast(problem: Problem): Promise<TrialResult> {
  await (await createGraphRunner(smallest())).release(); // the runtime itself is started before the clock
  const began = clockMs();
  const graph = graphOf(problem);
  const bytes = encodeForRun(graph.model);
  const built = clockMs();
  const runner = await createGraphRunner(bytes);
  const created = clockMs();
  const feeds = firstFeeds(graph, problem);
  const kept = [...graph.weights, ...graph.slots].map(({ name }) => name);
  const times = await stepTimes(async (t) => {
    feeds.t = { data: new Float32Array([t]), dims: [] };
    const results = await runner.run(feeds);
    for (const name of kept) feeds[name] = results[`${name}_next`] as (typeof feeds)[string];
    return results.loss.data[0];
  });
  return {
    ...times,
    nodes: graph.model.graph!.node.filter(({ opType }) => opType !== 'Constant').length,
    graphMs: Math.round(built - began),
    sessionMs: Math.round(created - built),
    peakMb: Math.round(peakBytes(process.pid) / 1e6),
  };
}

function smallest(): Uint8Array {
  const g = new GraphBuilder('smallest');
  g.output('y', g.input('x', [1]));
  return encodeModel(g.model());
}
