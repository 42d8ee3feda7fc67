import { type Daemon, startDaemon } from '../../crash/support/daemon.js';

/** A worker that whatever runs it starts again when it ends, as systemd or Kubernetes do. */
export class SupervisedWorker {
  readonly #start: () => Daemon;
  #daemon: Daemon;
  #isStopping = false;
  #watching: Promise<void>;
  starts = 0;

  constructor(dir: string, config: object) {
    this.#start = () => {
      this.starts++;
      return startDaemon({ dir, config });
    };
    this.#daemon = this.#start();
    this.#watching = this.#watch();
  }

  get daemon(): Daemon {
    return this.#daemon;
  }

  /** SIGKILL; another is started at once. */
  kill(): Promise<void> {
    return this.#daemon.kill();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#daemon.stop();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    for (;;) {
      const daemon = this.#daemon;
      await daemon.exit;
      if (this.#isStopping) return;
      this.#daemon = this.#start();
    }
  }
}
