import type { Bodies } from '../../../src/cli/bodies.js';
import { runCli } from '../../../src/cli/runCli.js';

export const nowMs = Date.UTC(2026, 0, 31, 12);

interface World {
  bodies?: Partial<Bodies>;
  isTTY?: boolean;
  env?: NodeJS.ProcessEnv;
}

/** Runs a command line on bodies that record what they were called with. */
export async function cli(args: readonly string[], { bodies = {}, isTTY = false, env = {} }: World = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const calls: [name: string, ...args: unknown[]][] = [];
  const note =
    (name: string) =>
    async (...given: unknown[]) => {
      calls.push([name, ...given]);
    };
  const io = {
    stdout: { write: (text: string) => out.push(text), isTTY },
    stderr: { write: (text: string) => err.push(text), isTTY },
    env,
    hostName: 'pi',
    nowMs: () => nowMs,
  };
  const recorded: Bodies = {
    runDaemon: note('runDaemon'),
    runDemo: note('runDemo'),
    runBacktest: note('runBacktest'),
    runCompare: note('runCompare'),
    runInspect: note('runInspect'),
    runTrain: async (...given) => {
      calls.push(['runTrain', ...given]);
      return true;
    },
    runTune: async (...given) => {
      calls.push(['runTune', ...given]);
      return true;
    },
    listSeries: async () => [],
    listModels: async () => [],
    listSigners: async () => new Map(),
    listDecisions: async () => [],
    rollBackModel: async (...given) => {
      calls.push(['rollBackModel', ...given]);
      return { source: 'gru-base@2', target: 'gru-base@1', series: 3, by: 'daemon' };
    },
    runPush: async (...given) => {
      calls.push(['runPush', ...given]);
      return true;
    },
    runBridge: note('runBridge'),
    runDevicePush: async (...given) => {
      calls.push(['runDevicePush', ...given]);
      return true;
    },
    runExportC: note('runExportC'),
    makeKey: async (...given) => {
      calls.push(['makeKey', ...given]);
      const key = { keyId: '21fe31dfa154a261', publicKey: 'PUBLIC=' };
      return given[0] === undefined
        ? { ...key, privateKey: '-----BEGIN PRIVATE KEY-----\n' }
        : { ...key, file: given[0] };
    },
    queryForecasts: async (...given) => {
      calls.push(['queryForecasts', ...given]);
      return [];
    },
    liveAccuracy: async () => undefined,
    storedAccuracy: async (...given) => {
      calls.push(['storedAccuracy', ...given.slice(0, 2)] as [string, ...unknown[]]);
      return [];
    },
    plotForecasts: async (...given) => {
      calls.push(['plotForecasts', ...given]);
      return [given[3]];
    },
    checkSurroundings: async function* () {},
    ...bodies,
  };
  const code = await runCli(args, io, '1.2.3', recorded);
  return { code, out: out.join(''), err: err.join(''), calls };
}
