import { EMPTY, map, NEVER, Subject, VirtualTimeScheduler } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { type Acknowledgements, groupCommit } from '../../../../src/pipeline/operators/groupCommit.js';
import type { CommitBatch } from '../../../../src/pipeline/ports.js';
import { Turn } from '../../../../src/pipeline/turn.js';
import { delivery } from '../../../support/deliveries.js';
import { after, marbles } from '../../../support/marbles.js';

let acknowledged = '';
const turn = (name: string, messages = 1): Turn =>
  new Turn(
    Array.from({ length: messages }, () => delivery({ topic: name, acknowledge: () => void (acknowledged += name) })),
  );
const named: Record<string, Turn> = Object.fromEntries([...'abcdef'].map((name) => [name, turn(name)]));
/** A group as the topics of the deliveries that it acknowledges. */
const names = map((group: Acknowledgements) => {
  acknowledged = '';
  for (const acknowledge of group) acknowledge();
  return acknowledged;
});

/** A store whose commits take `frames` each; fails with the error it is given. */
function virtualStore(scheduler: TestScheduler, frames: number, error?: unknown) {
  const commits: { atMs: number; turns: readonly CommitBatch[] }[] = [];
  let staged: CommitBatch[] = [];
  let running = 0;
  const stage = (batch: CommitBatch): void => void staged.push(batch);
  const commit = (): Promise<void> => {
    commits.push({ atMs: scheduler.now(), turns: staged });
    staged = [];
    expect(++running).toBe(1); // one commit at a time
    const done = after(scheduler, frames, error);
    scheduler.schedule(() => running--, frames);
    return done;
  };
  return { commits, stage, commit };
}

const sizeOf = ({ length }: { length: number }): number => length;

describe('groupCommit', () => {
  it('commits what came within flushMs together, and emits the group when it is on disk', () => {
    const scheduler = marbles();
    scheduler.run(({ hot, expectObservable, expectSubscriptions }) => {
      const store = virtualStore(scheduler, 2);
      const source = hot('  a-b------c-----|', named);
      const expected = '    -----x--------y|';
      expectObservable(source.pipe(groupCommit({ store, flushMs: 3, scheduler }), names)).toBe(expected, {
        x: 'ab',
        y: 'c',
      });
      expectSubscriptions(source.subscriptions).toBe('^--------------!');
    });
  });

  it('makes of what comes during a commit the next group, flushMs after the commit at the latest', () => {
    const scheduler = marbles();
    const store = virtualStore(scheduler, 6);
    scheduler.run(({ hot, expectObservable }) => {
      const source = hot('  a---bc-d----------', named);
      // a waits 2, commits 2…8; b, c, d wait 2 more, commit 10…16
      const expected = '    --------x-------y-';
      expectObservable(source.pipe(groupCommit({ store, flushMs: 2, scheduler }), names)).toBe(expected, {
        x: 'a',
        y: 'bcd',
      });
    });
    expect(store.commits.map(({ atMs }) => atMs)).toEqual([2, 10]);
  });

  it('flushes at completion, after the commit that is under way', () => {
    const scheduler = marbles();
    scheduler.run(({ hot, expectObservable }) => {
      const store = virtualStore(scheduler, 4);
      const source = hot('  a--b-|', named);
      const expected = '    -----x---(y|)';
      expectObservable(source.pipe(groupCommit({ store, flushMs: 1, scheduler }), names)).toBe(expected, {
        x: 'a',
        y: 'b',
      });
    });
  });

  it('flushes at completion without waiting for the timer', () => {
    const scheduler = marbles();
    scheduler.run(({ hot, expectObservable }) => {
      const store = virtualStore(scheduler, 1);
      expectObservable(hot('ab-|', named).pipe(groupCommit({ store, flushMs: 500, scheduler }), names)).toBe(
        '----(x|)',
        { x: 'ab' },
      );
    });
  });

  it('completes with an empty source, waits with a silent one, and commits nothing for either', () => {
    const scheduler = marbles();
    const store = virtualStore(scheduler, 1);
    scheduler.run(({ expectObservable }) => {
      expectObservable(EMPTY.pipe(groupCommit({ store, flushMs: 1, scheduler }))).toBe('|');
      expectObservable(NEVER.pipe(groupCommit({ store, flushMs: 1, scheduler }))).toBe('-');
    });
    expect(store.commits).toEqual([]);
  });

  it('lets go of turns that brought nothing, and keeps one that brought only a snapshot, a gap or a summary', () => {
    const scheduler = marbles();
    const store = virtualStore(scheduler, 0);
    const state = new Uint8Array(1);
    const [snapshot, gap, summary] = [new Turn(), new Turn(), new Turn()];
    snapshot.snapshots.push({ series: 1, readingId: 1, model: 'm', state });
    gap.gaps.push({ seriesId: 'a', fromMs: 0, toMs: 1, missing: 1, reason: 'silent' });
    summary.summaries.push({ series: 1, stepMs: 1, season: 0, model: 'm@1' });
    scheduler.run(({ hot, expectObservable }) => {
      const source = hot('e-s-e-g-u|', { e: new Turn(), s: snapshot, g: gap, u: summary });
      expectObservable(source.pipe(groupCommit({ store, flushMs: 1, scheduler }), names)).toBe('---x---y-(z|)', {
        x: '',
        y: '',
        z: '',
      });
    });
    expect(
      store.commits.map(({ turns }) => turns.map((turn) => [turn.snapshots, turn.gaps, turn.summaries].map(sizeOf))),
    ).toEqual([[[1, 0, 0]], [[0, 1, 0]], [[0, 0, 1]]]);
  });

  it('writes everything of a group in the order in which it came', () => {
    const scheduler = marbles();
    const store = virtualStore(scheduler, 1);
    const [first, second] = [turn('a'), turn('b')];
    const row = { series: 1, tMs: 0, y: 0, flags: 0, packetId: -1 };
    first.readings.push({ id: 1, ...row }, { id: 2, ...row });
    second.readings.push({ id: 3, ...row });
    second.rejects.push({
      topic: 't',
      reason: 'r',
      detail: '',
      payload: new Uint8Array(),
      arrivedMs: 0,
      countedOnly: false,
    });
    scheduler.run(({ hot, expectObservable }) => {
      expectObservable(
        hot('ab----', { a: first, b: second }).pipe(groupCommit({ store, flushMs: 2, scheduler }), names),
      ).toBe('---x--', { x: 'ab' });
    });
    expect(store.commits.length).toBe(1);
    expect(store.commits[0].turns).toEqual([first, second]);
  });

  it('passes on an error of the source at once, and nothing of a commit that was under way', () => {
    const scheduler = marbles();
    scheduler.run(({ hot, expectObservable }) => {
      const store = virtualStore(scheduler, 5);
      expectObservable(hot('a--#', named).pipe(groupCommit({ store, flushMs: 1, scheduler }), names)).toBe('---#');
    });
  });

  it('fails when a commit fails: what it held is not emitted', () => {
    const scheduler = marbles();
    scheduler.run(({ hot, expectObservable, expectSubscriptions }) => {
      const store = virtualStore(scheduler, 2, 'broken');
      const source = hot('a------', named);
      expectObservable(source.pipe(groupCommit({ store, flushMs: 1, scheduler }), names)).toBe(
        '---#',
        undefined,
        'broken',
      );
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it.each([
    ['before its timer ends', '^-!', 0],
    ['during a commit', '^-----!', 1],
  ])('begins no commit after it is left %s', (_when, left, commits) => {
    const scheduler = marbles();
    const store = virtualStore(scheduler, 6);
    scheduler.run(({ hot, expectObservable }) => {
      expectObservable(
        hot('a---b----c---', named).pipe(groupCommit({ store, flushMs: 3, scheduler }), names),
        left,
      ).toBe('---');
    });
    expect(store.commits.length).toBe(commits);
  });

  it('keeps the groups of two subscriptions apart', () => {
    const scheduler = marbles();
    scheduler.run(({ cold, expectObservable }) => {
      const instant = { stage: () => {}, commit: () => after(scheduler, 0) };
      const groups$ = cold('ab----|', named).pipe(groupCommit({ store: instant, flushMs: 2, scheduler }), names);
      expectObservable(groups$).toBe('      --x---|', { x: 'ab' });
      expectObservable(groups$, '-^').toBe('---x---|', { x: 'ab' });
    });
  });

  describe('before a broker that lets only W messages be unacknowledged', () => {
    /** Runs 2 s of a broker that sends a message every `everyMs` while fewer than W wait. Commits take 5 ms. */
    function groups(W: number, everyMs: number): { size: number; waitedMs: number }[] {
      const scheduler = new VirtualTimeScheduler(undefined, 2000);
      const turns$ = new Subject<Turn>();
      const found: { size: number; waitedMs: number }[] = [];
      let unacknowledged = 0;
      let heardMs: number[] = []; // of those that no commit holds
      const send = (): void => {
        if (unacknowledged < W) {
          unacknowledged++;
          heardMs.push(scheduler.now());
          turns$.next(turn('m'));
        }
        scheduler.schedule(send, everyMs);
      };
      const commit = (): Promise<void> => {
        found.push({ size: heardMs.length, waitedMs: scheduler.now() - heardMs[0] });
        heardMs = [];
        return after(scheduler, 5);
      };
      turns$.pipe(groupCommit({ store: { stage: () => {}, commit }, flushMs: 100, scheduler })).subscribe((group) => {
        unacknowledged -= group.length;
      });
      scheduler.schedule(send, everyMs);
      scheduler.flush();
      return found;
    }

    it('learns W from two groups that stopped there, and from then on commits as soon as it is reached', () => {
      const [first, second, ...rest] = groups(20, 1);
      expect([first, second]).toEqual([
        { size: 20, waitedMs: 100 },
        { size: 20, waitedMs: 100 },
      ]);
      expect(rest.length).toBeGreaterThan(50);
      expect(rest).toEqual(rest.map(() => ({ size: 20, waitedMs: 19 })));
    });

    it('takes a slow sensor for no limit', () => {
      const found = groups(1000, 10);
      expect(found.length).toBeGreaterThan(15);
      expect(found.slice(0, -1).every(({ waitedMs }) => waitedMs >= 95)).toBe(true);
    });

    it('does not guess from a handful', () => {
      const found = groups(7, 1);
      expect(found.every(({ size, waitedMs }) => size === 7 && waitedMs === 100)).toBe(true);
      expect(found.length).toBeGreaterThan(10);
    });
  });
});
