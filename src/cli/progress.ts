import type { TextOutput } from '../io.js';

export interface Progress {
  update(done: number, total: number): void;
  end(): void;
}

const cells = 30;

const tellsAfterMs = 3000;

/**
 * A bar on one line of a terminal, with the time that is left once that can be guessed, redrawn when its percentage changes and taken away at
 * the end; nothing on anything else.
 */
export function progress(output: TextOutput, label: string, nowMs = () => performance.now()): Progress {
  if (!output.isTTY) return { update: () => {}, end: () => {} };
  let shown = -1;
  const beganMs = nowMs();
  return {
    update: (done, total) => {
      const percent = total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : 0;
      if (percent === shown) return;
      shown = percent;
      const bar = '#'.repeat(Math.floor((percent * cells) / 100)).padEnd(cells, '.');
      const elapsedMs = nowMs() - beganMs;
      const left =
        elapsedMs > tellsAfterMs && done > 0 ? `, ${duration((elapsedMs * (total - done)) / done)} left` : '';
      output.write(`\r${label} [${bar}] ${String(percent).padStart(3)} %${left}\x1b[K`);
    },
    end: () => {
      if (shown >= 0) output.write('\r\x1b[K');
      shown = -1;
    },
  };
}

const duration = (ms: number): string => (ms < 90_000 ? `${Math.ceil(ms / 1000)} s` : `${Math.ceil(ms / 60_000)} min`);
