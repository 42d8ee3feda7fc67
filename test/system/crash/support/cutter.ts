import { startRelay } from '../../support/relay.js';

/** The network between two ends, to be cut. */
export interface Cutter {
  readonly port: number;
  /** Ends every connection and refuses new ones until `mend`. */
  cut(): void;
  /** Every connection of this moment goes silent for ever, without an end: the far side has vanished. New ones work. */
  silence(): void;
  mend(): void;
  close(): Promise<void>;
}

export const startCutter = async (targetPort: number): Promise<Cutter> => {
  let cutOff = false;
  const relay = await startRelay(
    targetPort,
    ({ near, far }) => near.pipe(far).pipe(near),
    () => !cutOff,
  );
  return {
    port: relay.port,
    cut: () => {
      cutOff = true;
      relay.reset();
    },
    silence: () => {
      for (const { near, far } of relay.pairs) {
        near.unpipe(far);
        far.unpipe(near);
        near.pause();
        far.pause();
      }
    },
    mend: () => {
      cutOff = false;
    },
    close: relay.close,
  };
};
