import { Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import { KeptLine } from '../../../src/serial/keptLine.js';

/** A stream as serialport has it: closed by a method of its own. */
class Port extends Duplex {
  isOpen = true;
  closes = 0;
  override _read(): void {}
  close(done: (error: Error | null) => void): void {
    this.closes++;
    this.isOpen = false;
    done(null);
    setImmediate(() => this.emit('close'));
  }
}

const pending = <T>() => {
  let resolve!: (value: T) => void;
  return { promise: new Promise<T>((done) => (resolve = done)), resolve };
};

const lineOf = (open: () => Promise<Duplex>) => {
  const told = { opened: 0, closed: 0, problems: 0 };
  const opened = pending<void>();
  const line = new KeptLine({
    address: { port: '/dev/fake', baud: 9_600 },
    open,
    onOpen: () => {
      told.opened++;
      opened.resolve();
      return { bytes: () => {}, closed: () => told.closed++ };
    },
    onProblem: () => told.problems++,
  });
  return { line, told, opened: opened.promise };
};

it('closes a serial port once, whether it fails or the line is given up', async () => {
  const port = new Port();
  const { line, told, opened } = lineOf(async () => port);
  line.start();
  await opened;
  port.emit('error', new Error('input/output error'));
  port.emit('error', new Error('input/output error'));
  await line.stop();
  expect({ closes: port.closes, ...told }).toEqual({ closes: 1, opened: 1, closed: 1, problems: 0 });
});

it('closes a port that opens after it was given up, and uses it no more', async () => {
  const port = new Port();
  const opening = pending<Duplex>();
  const { line, told } = lineOf(() => opening.promise);
  line.start();
  await line.stop();
  opening.resolve(port);
  await new Promise((resolve) => port.once('close', resolve));
  expect({ closes: port.closes, ...told }).toEqual({ closes: 1, opened: 0, closed: 0, problems: 0 });
});
