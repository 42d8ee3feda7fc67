/*
 * The thread that learns, and is thrown away afterwards. It reads the database itself, beside the daemon that writes it, and has a runtime of
 * its own; what it gives back is a candidate and a verdict.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { StepcastError } from '../errors.js';
import { learningRuntime } from '../lab/learningRuntime.js';
import { CpuShare } from '../learning/cpuShare.js';
import { fineTune } from '../learning/fineTune.js';
import { isTrainable } from '../learning/isTrainable.js';
import { learningPlan } from '../learning/learningPlan.js';
import type { Learned, LearningFailure, LearningReply, LearningTask } from '../learning/learningProtocol.js';
import { learnRecipe } from '../learning/learnRecipe.js';
import { threadCpuMs, yieldToOthers } from '../ownThread.js';
import { storedTicks } from './storedTicks.js';

const aliveEveryMs = 1000;
const restMs = 50; // of several of these a longer rest is made: a sign of life between them

const task = workerData as LearningTask;
const port = parentPort!;
const post = (reply: LearningReply): void => port.postMessage(reply);
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let saidMs = 0;
function sayAlive(): void {
  if (performance.now() - saidMs < aliveEveryMs) return;
  saidMs = performance.now();
  post({ kind: 'alive' });
}

async function learn(): Promise<Learned> {
  const share = new CpuShare({
    share: task.maxCpu,
    cpuMs: threadCpuMs,
    sleep: async (ms) => {
      for (let left = ms; left > 0; left -= restMs) {
        await sleep(Math.min(left, restMs));
        sayAlive();
      }
    },
  });
  const runtime = learningRuntime(async () => {
    sayAlive();
    await share.breathe();
  });
  const opened = await runtime.openModel(task.incumbent, task.name);
  const trainable = isTrainable(task.incumbent, opened.stepper.model.metadata.levels);
  await opened.release();
  const mostTicks = task.recipe?.mostTicks ?? learnRecipe.mostTicks;
  const series = await storedTicks(task.db, task.series, mostTicks);
  const ticks = Math.max(0, ...series.map((each) => each.ticks.length));
  const { isOwn, deepAt, sinceDrift } = task;
  const plan = learningPlan({ trainable, isOwn, deepAt, readings: ticks, sinceDrift });
  const memory = plan.depth === 'again' ? task.memory : undefined;
  let stage = '';
  const tuned = await fineTune({ ...task, ...plan, memory, series }, runtime, (progress) => {
    if (progress.stage === stage && performance.now() - saidMs < aliveEveryMs / 4) return;
    stage = progress.stage;
    saidMs = performance.now();
    post({ kind: 'progress', progress });
  });
  return { ...tuned, depth: plan.depth, ticks, cpuMs: threadCpuMs() };
}

function failureOf(error: unknown): LearningFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof StepcastError)) return { op: 'learn', subject: task.name, message };
  const { code, op, subject, hint } = error;
  return { code, op, subject, message, hint };
}

yieldToOthers();
try {
  post({ kind: 'done', learned: await learn() });
} catch (error) {
  post({ kind: 'failed', failure: failureOf(error) });
}
