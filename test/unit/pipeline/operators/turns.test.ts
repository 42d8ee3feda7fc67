import { EMPTY, map, NEVER, of, toArray } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { turns } from '../../../../src/pipeline/operators/turns.js';
import type { Delivery } from '../../../../src/pipeline/ports.js';
import type { Turn } from '../../../../src/pipeline/turn.js';
import { delivery } from '../../../support/deliveries.js';
import { marbles } from '../../../support/marbles.js';

const messages: Record<string, Delivery> = Object.fromEntries([...'abcd'].map((topic) => [topic, delivery({ topic })]));
const topics = map((turn: Turn) => turn.deliveries.map(({ topic }) => topic).join(''));
/** The event loop comes round every three frames after the first work is put in. */
const every3 = (scheduler: TestScheduler) => (work: () => void) => {
  const scheduled = scheduler.schedule(work, 3);
  return () => scheduled.unsubscribe();
};

describe('turns', () => {
  it('gathers what arrives until the event loop comes round', () => {
    const scheduler = marbles();
    scheduler.run(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  abc------d--|', messages);
      const expected = '    ---x--------(y|)';
      const turns$ = source.pipe(turns({ schedule: every3(scheduler) }), topics);
      expectObservable(turns$).toBe(expected, { x: 'abc', y: 'd' });
      expectSubscriptions(source.subscriptions).toBe('^-----------!');
    });
  });

  it('emits what is left when the source completes, and ends the pulse', () => {
    const scheduler = marbles();
    scheduler.run(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  --ab|', messages);
      const pulse = hot('   -p---------p');
      const expected = '    -e--(x|)';
      expectObservable(source.pipe(turns({ pulse$: pulse, schedule: every3(scheduler) }), topics)).toBe(expected, {
        e: '',
        x: 'ab',
      });
      expectSubscriptions(pulse.subscriptions).toBe('^---!');
    });
  });

  it('makes each pulse an empty turn', () => {
    marbles().run(({ hot, expectObservable }) => {
      const turns$ = hot('-----|', messages).pipe(turns({ pulse$: hot('-p-p---') }), topics);
      expectObservable(turns$).toBe('-e-e-|', { e: '' });
    });
  });

  it('makes a lost partition a turn of its own, behind what was delivered before it', () => {
    const scheduler = marbles();
    scheduler.run(({ hot, expectObservable, expectSubscriptions }) => {
      const loss = { partition: 3, isGone: true, released: () => {} };
      const source = hot('  ab-------c--|', messages);
      const lost = hot('    --x-----x---x', { x: loss });
      const expected = '    --(ae)--e---(c|)';
      const described = map((turn: Turn) => turn.deliveries.map(({ topic }) => topic).join('') + turn.lost.length);
      const turns$ = source.pipe(turns({ lost$: lost, schedule: every3(scheduler) }), described);
      expectObservable(turns$).toBe(expected, { a: 'ab0', e: '1', c: 'c0' });
      expectSubscriptions(lost.subscriptions).toBe('^-----------!');
    });
  });

  it('completes with an empty source and waits with a silent one', () => {
    marbles().run(({ expectObservable }) => {
      expectObservable(EMPTY.pipe(turns())).toBe('|');
      expectObservable(NEVER.pipe(turns())).toBe('-');
    });
  });

  it.each(['source', 'pulse'])('passes on an error of the %s at once and lets go of the other', (which) => {
    const scheduler = marbles();
    scheduler.run(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot(which === 'source' ? 'a#' : 'a-----', messages);
      const pulse = hot(which === 'pulse' ? ' -#' : '------');
      expectObservable(source.pipe(turns({ pulse$: pulse, schedule: every3(scheduler) }))).toBe('-#');
      expectSubscriptions(source.subscriptions).toBe('^!');
      expectSubscriptions(pulse.subscriptions).toBe('^!');
    });
  });

  it('goes on when the pulse ends', () => {
    marbles().run(({ hot, expectObservable }) => {
      expectObservable(hot('---a|', messages).pipe(turns({ pulse$: hot('-|') }), topics)).toBe('----(a|)', { a: 'a' });
    });
  });

  it('drops what it gathered when it is left early', () => {
    const scheduler = marbles();
    scheduler.run(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('-ab-----', messages);
      expectObservable(source.pipe(turns({ schedule: every3(scheduler) })), '^--!').toBe('----');
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('gathers for each subscription on its own', () => {
    const scheduler = marbles();
    scheduler.run(({ cold, expectObservable }) => {
      const turns$ = cold('-a-b---|', messages).pipe(turns({ schedule: every3(scheduler) }), topics);
      expectObservable(turns$).toBe('       ----x--|', { x: 'ab' });
      expectObservable(turns$, '--^').toBe('------x--|', { x: 'ab' });
    });
  });

  it('gathers a whole turn of the real event loop by default', async () => {
    const gathered = await new Promise<string[]>((resolve) => {
      of(messages.a, messages.b, messages.c).pipe(turns(), topics, toArray()).subscribe(resolve);
    });
    expect(gathered).toEqual(['abc']);
  });
});
