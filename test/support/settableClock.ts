import type { Clock } from '../../src/pipeline/clock.js';

/** A node's clock that shows what the test sets. */
export class SettableClock implements Clock {
  ms: number;
  runningMs = 0;
  trusted: boolean;

  constructor(ms: number, { trusted = true }: { trusted?: boolean } = {}) {
    this.ms = ms;
    this.trusted = trusted;
  }

  nowMs(): number {
    return this.ms;
  }

  trustedMs(): number | undefined {
    return this.trusted ? this.ms : undefined;
  }

  elapsedMs(): number {
    return this.runningMs;
  }

  pass(ms: number): void {
    this.ms += ms;
    this.runningMs += ms;
  }
}
