import type { Io } from '../io.js';
import type { Bodies } from './bodies.js';

/** What every command is given. */
export interface Context {
  readonly io: Io;
  readonly bodies: Bodies;
  /** Ends with this exit code although nothing was thrown. */
  setExitCode(code: number): void;
}
