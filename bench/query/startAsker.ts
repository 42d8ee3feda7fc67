import { fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface AskerOrder {
  readonly url: string;
  readonly series: number; // those there are: any of them stands for {series} in a path
  readonly seconds: number;
  readonly questions: readonly { readonly path: string; readonly perSecond: number }[];
}

export interface Asked {
  readonly answers: readonly { readonly tookMs: number[]; readonly rows: number }[]; // as the questions; rows of the last
}

/** A process of its own that asks (asker.ts). */
export function startAsker() {
  const child = fork(join(dirname(fileURLToPath(import.meta.url)), 'asker.js')); // this file is part of a bundle in .cache/bench
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the asker ended with ${code}`);
  });
  ended.catch(() => {});
  return {
    ask: async (order: AskerOrder): Promise<Asked> => {
      const answer = once(child, 'message');
      child.send(order);
      const [asked] = (await Promise.race([answer, ended])) as [Asked];
      return asked;
    },
    end: () => child.kill(),
  };
}
