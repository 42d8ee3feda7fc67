import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface LatencyProbe {
  /** Milliseconds from reading to forecast of what was sent since it was last asked. */
  take(): Promise<number[]>;
  stop(): void;
}

/** Readings under a topic, sent and timed by a process that does nothing else. */
export const startLatencyProbe = (url: string, topic: string, everyMs: number): LatencyProbe => {
  const child = fork(fileURLToPath(new URL('./latencyProbe.mjs', import.meta.url)), [url, topic, `${everyMs}`]);
  return {
    take: async () => {
      child.send('take');
      return (await once(child, 'message'))[0] as number[];
    },
    stop: () => void child.kill('SIGKILL'),
  };
};
