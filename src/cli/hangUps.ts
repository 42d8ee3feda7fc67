import type { SignalProcess } from './untilSignal.js';

export interface HangUps {
  /** Calls `listener` at each SIGHUP, at once when there was one before; until the returned function is called. */
  listen(listener: () => void): () => void;
  /** SIGHUP ends the process again. */
  stop(): void;
}

/** Hears SIGHUP from now on: it ends the process no more. */
export function hangUps(on: Pick<SignalProcess, 'on' | 'off'> = process): HangUps {
  let listener: (() => void) | undefined;
  let isWaiting = false;
  const hear = (): void => {
    if (listener) listener();
    else isWaiting = true;
  };
  on.on('SIGHUP', hear);
  return {
    listen: (next) => {
      listener = next;
      if (isWaiting) next();
      isWaiting = false;
      return () => {
        listener = undefined;
      };
    },
    stop: () => void on.off('SIGHUP', hear),
  };
}
