import { encodeForRun } from '../../src/onnx/encodeForRun.js';
import { nativeRuntime } from '../step/peer.js';
import type { TrialResult } from '../support/bench.js';
import { firstFeeds, graphOf, type Problem } from './problem.js';
import { stepTimes } from './stepTimes.js';

/** The same graph on onnxruntime-node, one thread. */
export async function native(problem: Problem): Promise<TrialResult> {
  const runtime = nativeRuntime();
  if (typeof runtime === 'string') return { skipped: runtime };
  const graph = graphOf(problem);
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1, graphOptimizationLevel: 'all' };
  const session = await runtime.InferenceSession.create(encodeForRun(graph.model), options);
  const tensor = (data: Float32Array, dims: readonly number[]) => new runtime.Tensor('float32', data, dims);
  const feeds = Object.fromEntries(
    Object.entries(firstFeeds(graph, problem)).map(([name, { data, dims }]) => [name, tensor(data, dims)]),
  );
  const kept = [...graph.weights, ...graph.slots].map(({ name }) => name);
  const times = await stepTimes(async (t) => {
    feeds.t = tensor(new Float32Array([t]), []);
    const results = await session.run(feeds);
    for (const name of kept) feeds[name] = results[`${name}_next`];
    return results.loss.data[0];
  });
  return { ...times };
}
