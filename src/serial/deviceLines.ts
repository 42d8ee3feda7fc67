import type { Duplex } from 'node:stream';
import type { StepcastError } from '../errors.js';
import { KeptLine } from './keptLine.js';
import { type LineAddress, lineName } from './line.js';
import { LinkSession, type SessionOwner } from './linkSession.js';
import { portsOf } from './portFinder.js';

const tickMs = 100;
const findMs = 1_000;

export interface DeviceLinesOptions {
  readonly addresses: readonly LineAddress[]; // the last part of a port may have a `*`
  readonly owner: SessionOwner;
  readonly onUnavailable: (problem: StepcastError) => void;
  readonly open?: (address: LineAddress) => Promise<Duplex>;
}

/** All lines there are, each with its session while it is open. */
export class DeviceLines {
  readonly #options: DeviceLinesOptions;
  readonly #lines = new Map<string, KeptLine>();
  readonly #sessions = new Set<LinkSession>();
  #timers: NodeJS.Timeout[] = [];

  constructor(options: DeviceLinesOptions) {
    this.#options = options;
  }

  start(): void {
    this.#find();
    const tick = (): void => {
      for (const session of this.#sessions) session.tick();
    };
    this.#timers = [setInterval(tick, tickMs), setInterval(() => this.#find(), findMs)];
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all([...this.#lines.values()].map((line) => line.stop()));
  }

  #find(): void {
    const { addresses } = this.#options;
    const wanted = addresses.flatMap((address): LineAddress[] =>
      'port' in address ? portsOf(address.port).map((port) => ({ ...address, port })) : [address],
    );
    const names = new Set(wanted.map(lineName));
    for (const address of wanted) if (!this.#lines.has(lineName(address))) this.#add(address);
    for (const [name, line] of this.#lines) {
      if (names.has(name)) continue;
      this.#lines.delete(name);
      void line.stop();
    }
  }

  #add(address: LineAddress): void {
    const { owner, onUnavailable, open } = this.#options;
    const line = new KeptLine({
      ...{ address, ...(open && { open }), onProblem: onUnavailable },
      onOpen: (opened) => {
        const session = new LinkSession(opened, owner);
        this.#sessions.add(session);
        return {
          bytes: (chunk) => session.bytes(chunk),
          closed: () => {
            this.#sessions.delete(session);
            session.end();
          },
        };
      },
    });
    this.#lines.set(lineName(address), line);
    line.start();
  }
}
