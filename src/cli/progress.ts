import type { TextOutput } from '../io.js';

export interface Progress {
  update(done: number, total: number): void;
  end(): void;
}

const cells = 30;

/** A bar on one line of a terminal, redrawn when its percentage changes and taken away at the end; nothing on anything else. */
export function progress(output: TextOutput, label: string): Progress {
  if (!output.isTTY) return { update: () => {}, end: () => {} };
  let shown = -1;
  return {
    update: (done, total) => {
      const percent = total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : 0;
      if (percent === shown) return;
      shown = percent;
      const bar = '#'.repeat(Math.floor((percent * cells) / 100)).padEnd(cells, '.');
      output.write(`\r${label} [${bar}] ${String(percent).padStart(3)} %`);
    },
    end: () => {
      if (shown >= 0) output.write('\r\x1b[K');
      shown = -1;
    },
  };
}
