import { expect, it } from 'vitest';
import { TimeExchange } from '../../../src/serial/timeExchange.js';

/** Four exchanges with these trips there and back, of a device whose zero lies at 1,000. */
const exchanged = (trips: readonly (readonly [there: number, back: number])[]) => {
  const clock = { ms: 10_000 };
  const exchange = new TimeExchange(() => clock.ms);
  const samples = trips.map(([there, back]) => {
    const id = exchange.due()!;
    clock.ms += there;
    const receivedMs = clock.ms - 1_000;
    clock.ms += back;
    return exchange.hear({ name: 'TIME', id, receivedMs, sentMs: receivedMs });
  });
  return { clock, exchange, samples };
};

it('four exchanges make a sample, of the one that was quickest', () => {
  const { samples } = exchanged([
    [40, 10],
    [2, 2],
    [30, 30],
    [10, 50],
  ]);
  expect(samples.slice(0, 3)).toEqual([undefined, undefined, undefined]);
  const { deviceMs, hostMs, uncertaintyMs } = samples[3]!;
  expect(hostMs - deviceMs).toBe(1_000);
  expect(uncertaintyMs).toBeGreaterThanOrEqual(3);
  expect(uncertaintyMs).toBeLessThan(3.1);
});

it('what is uncertain covers the error, however lopsided the trips are', () => {
  const { samples } = exchanged([
    [0, 90],
    [0, 80],
    [70, 0],
    [0, 60],
  ]);
  const { deviceMs, hostMs, uncertaintyMs } = samples[3]!;
  expect(Math.abs(hostMs - deviceMs - 1_000)).toBeLessThanOrEqual(uncertaintyMs);
});

it('then it is time once a minute; an answer that does not come is asked for again; one to another question says nothing', () => {
  const { clock, exchange } = exchanged([
    [1, 1],
    [1, 1],
    [1, 1],
    [1, 1],
  ]);
  expect(exchange.due()).toBeUndefined();
  clock.ms += 60_000;
  const first = exchange.due()!;
  expect(exchange.due()).toBeUndefined();
  clock.ms += 500;
  const second = exchange.due()!;
  expect(exchange.hear({ name: 'TIME', id: first, receivedMs: 1, sentMs: 1 })).toBeUndefined();
  expect(exchange.hear({ name: 'TIME', id: second, receivedMs: 2, sentMs: 1 })).toBeUndefined();
  expect(exchange.hear({ name: 'TIME', id: second, receivedMs: 9, sentMs: 9 })).toBeDefined();
});
