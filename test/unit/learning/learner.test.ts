import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StepcastError } from '../../../src/errors.js';
import { Learner, type LearnerOptions } from '../../../src/learning/learner.js';
import { LearningJournal } from '../../../src/learning/learningJournal.js';
import type { Learned, LearningTask } from '../../../src/learning/learningProtocol.js';
import { TunedInbox } from '../../../src/learning/tunedInbox.js';
import type { TuningTurns } from '../../../src/learning/tuningTurns.js';
import type { Decision, ModelVersion, NewVersion } from '../../../src/pipeline/modelVersions.js';
import type { Forecast } from '../../../src/pipeline/ports.js';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stepcast-learner-'));
  path = join(folder, 'learning.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

const figures = { values: 50, near: 0.9, far: 1, sureness: 3, network: 0.9, seasonal: 0.5 };
const learned = (promoted: boolean, depth: Learned['depth'] = 'first'): Learned => ({
  ...{
    candidate: Uint8Array.of(1),
    memory: Uint8Array.of(2),
    steps: 480,
    bestStep: 40,
    chosenLoss: 0.1,
    depth,
    ticks: 100,
    cpuMs: 900,
  },
  verdict: { promoted, reason: 'because', figures },
});

/** A node whose fine-tunes end when they are told to. */
class Node {
  readonly tasks: LearningTask[] = [];
  readonly ends: { resolve: (learned: Learned) => void; reject: (error: unknown) => void }[] = [];
  readonly decisions: Decision[] = [];
  readonly added: NewVersion[] = [];
  readonly proposed: string[] = [];
  readonly problems: unknown[] = [];
  readonly versions: ModelVersion[] = [];
  readonly inUse = new Map<string, string>();
  nowMs = 1e12;
  readonly learner: Learner;

  constructor(given: Partial<LearnerOptions> = {}) {
    this.learner = new Learner({
      ...{ rules: { everyMs: 1000, minReadings: 100 }, maxCpu: 0.5, db: 'a.db', journal: new LearningJournal(path) },
      registry: {
        versions: () => this.versions,
        bytes: async (label) => new TextEncoder().encode(label),
        optimiserState: async () => undefined,
        add: async (version) => {
          this.added.push(version);
          const name = version.scope === 'shared' ? 'gru-base' : `gru-base:${version.scope.series}`;
          const made = { name, version: this.added.length, sha256: 'x', state: 'candidate', origin: 'tuned' } as const;
          this.versions.push({ ...made, createdMs: 0, parent: version.parent });
          return this.versions.at(-1)!;
        },
        record: (decision) => void this.decisions.push(decision),
      },
      proposals: {
        modelOf: (series) => this.inUse.get(series) ?? 'gru-base@1',
        propose: async (label, series) => {
          this.proposed.push(`${label} ${series}`);
          for (const name of series) this.inUse.set(name, label);
          return new Map();
        },
      },
      learn: (task, signal) => {
        this.tasks.push(task);
        return new Promise((resolve, reject) => {
          this.ends.push({ resolve, reject });
          signal.addEventListener('abort', () => reject(new Error('stopped')));
        });
      },
      ...{ nowMs: () => this.nowMs, elapsedMs: () => 0, onDecision: () => {} },
      onProblem: (problem) => void this.problems.push(problem),
      ...given,
    });
  }

  /** Ticks `from` to `to` of a series whose errors are `error` times their usual size. */
  hear(seriesId: string, from: number, to: number, error = 1): void {
    for (let tick = from; tick < to; tick++) {
      const last = tick % 2 === 0 ? error : -error;
      const forecast = { seriesId, tick, last, levels: [0.5], values: Float64Array.of(0) } as unknown as Forecast;
      this.learner.hear(forecast, { baseUnit: () => 1 });
    }
  }

  async end(result: Learned | Error): Promise<void> {
    const { resolve, reject } = this.ends.shift()!;
    if (result instanceof Error) reject(result);
    else resolve(result);
    for (let i = 0; i < 20; i++) await Promise.resolve();
  }
}

/** The turns of a worker whose fellows have some of them. */
class Turns implements TuningTurns {
  readonly othersHave = new Set<string>();
  readonly held = new Map<string, () => void>();
  readonly asked: string[] = [];
  readonly shared: string[] = [];
  newest = new Map<string, string>();

  async take(name: string, onLost: () => void): Promise<boolean> {
    this.asked.push(name);
    if (this.othersHave.has(name)) return false;
    this.held.set(name, onLost);
    return true;
  }

  async leave(name: string): Promise<void> {
    this.held.delete(name);
  }

  newestOf(label: string): string {
    return this.newest.get(label) ?? label;
  }

  share(label: string): void {
    this.shared.push(label);
  }
}

const settled = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

describe('Learner', () => {
  it('learns from a series that has enough readings, and proposes what the gate lets through', async () => {
    const node = new Node();
    node.hear('a', 0, 99);
    expect(node.tasks).toEqual([]);
    node.hear('a', 99, 100);
    await settled();
    expect(node.tasks).toMatchObject([{ name: 'gru-base:a', version: 1, series: ['a'], isOwn: false, deepAt: 0 }]);
    await node.end(learned(true));
    expect(node.added).toMatchObject([{ parent: 'gru-base@1', origin: 'tuned', scope: { series: 'a' } }]);
    expect(node.decisions).toMatchObject([
      { kind: 'gate', model: 'gru-base:a@1', series: 'a', verdict: 'promoted', figures: { near: 0.9, depth: 'first' } },
    ]);
    expect(node.proposed).toEqual(['gru-base:a@1 a']);
  });

  it('keeps what the gate refuses, and does not use it', async () => {
    const node = new Node();
    node.hear('a', 0, 100);
    await settled();
    await node.end(learned(false));
    expect(node.added).toHaveLength(1);
    expect(node.decisions).toMatchObject([{ verdict: 'refused', reason: 'because' }]);
    expect(node.proposed).toEqual([]);
  });

  it('goes on from its own network, as deep as it had come', async () => {
    const node = new Node();
    node.hear('a', 0, 100);
    await settled();
    await node.end(learned(true));
    node.nowMs += 1000;
    node.hear('a', 100, 200);
    await settled();
    expect(node.tasks[1]).toMatchObject({ name: 'gru-base:a', version: 2, isOwn: true, deepAt: 100 });
    expect(new TextDecoder().decode(node.tasks[1].incumbent)).toBe('gru-base:a@1');
  });

  it('runs one fine-tune at a time, in the order in which series were due', async () => {
    const node = new Node();
    for (const series of ['a', 'b', 'c']) node.hear(series, 0, 150);
    await settled();
    expect(node.tasks.map(({ series }) => series)).toEqual([['a']]);
    await node.end(learned(false));
    await node.end(learned(false));
    expect(node.tasks.map(({ series }) => series)).toEqual([['a'], ['b'], ['c']]);
  });

  it('learns before its time when the loss of a series drifts', async () => {
    const node = new Node();
    node.hear('a', 0, 100);
    await settled();
    await node.end(learned(true));
    node.hear('a', 100, 300);
    await settled();
    expect(node.tasks).toHaveLength(1);
    node.hear('a', 300, 400, 5);
    await settled();
    expect(node.tasks).toHaveLength(2);
  });

  it('takes a fine-tune up again that was not ended when it was stopped', async () => {
    const first = new Node();
    first.hear('a', 0, 100);
    first.hear('b', 0, 100);
    await settled();
    await first.learner.stop();
    expect(first.decisions).toEqual([]);
    const second = new Node();
    second.learner.start();
    await settled();
    expect(second.tasks).toMatchObject([{ series: ['a'] }]);
    await second.end(learned(false));
    expect(second.tasks[1]).toMatchObject({ series: ['b'] });
    await second.end(learned(false));
    await second.learner.stop();
    expect(new LearningJournal(path).queue).toEqual([]);
    expect(new LearningJournal(path).of('a')).toMatchObject({ deepAt: 0 });
  });

  it('proposes again what was let through before the end of a run and had not taken over by then', async () => {
    const first = new Node();
    first.hear('a', 0, 100);
    await settled();
    await first.end(learned(true));
    await first.learner.stop();
    const [version] = first.versions;
    const restart = async (state: ModelVersion['state']): Promise<string[]> => {
      const next = new Node();
      next.versions.push({ ...version, state });
      next.learner.start();
      await settled();
      await next.learner.stop();
      return next.proposed;
    };
    expect(await restart('candidate')).toEqual(['gru-base:a@1 a']);
    expect(await restart('active')).toEqual([]);
    expect(await restart('candidate')).toEqual([]); // it was seen in use
  });

  it('learns from series that share a model together, and has all of them go over, where the scope is shared', async () => {
    const node = new Node({ scope: 'shared' });
    node.inUse.set('other', 'lstm-base@1');
    for (const series of ['b', 'c', 'other']) node.hear(series, 0, 99);
    node.hear('young', 0, 5);
    node.hear('a', 0, 100);
    await settled();
    expect(node.tasks).toMatchObject([{ name: 'gru-base', series: ['a'], isOwn: false }]); // the others have too little to tell
    await node.end(learned(true));
    expect(node.added).toMatchObject([{ parent: 'gru-base@1', scope: 'shared' }]);
    expect(node.decisions).toMatchObject([{ model: 'gru-base@1', series: undefined, figures: { series: 4 } }]);
    expect(node.proposed).toEqual(['gru-base@1 a,b,c,young']);
  });

  it('learns from at most eight of those that share a model, the one that was due among them, and then all of them wait', async () => {
    const node = new Node({ scope: 'shared' });
    const names = Array.from({ length: 30 }, (_, i) => `s${i}`);
    for (const series of names) node.hear(series, 0, 120);
    await settled();
    expect(node.tasks).toMatchObject([{ series: ['s0'], recipe: { mostTicks: 6000 } }]); // nobody else had enough then
    await node.end(learned(false));
    const [, { series, recipe }] = node.tasks;
    expect(series).toHaveLength(8);
    expect(new Set(series).size).toBe(8);
    expect(series[0]).toBe('s1');
    expect(recipe).toEqual({ mostTicks: 3000 });
    await node.end(learned(false));
    expect(node.tasks).toHaveLength(2);
    await node.learner.stop();
    expect(new LearningJournal(path).queue).toEqual([]);
    expect(names.every((name) => new LearningJournal(path).of(name)?.tick === 119)).toBe(true);
  });

  it('goes on with the network of a single series as before, where the scope is shared', async () => {
    const node = new Node({ scope: 'shared' });
    node.inUse.set('a', 'gru-base:a@3');
    node.hear('b', 0, 50);
    node.hear('a', 0, 100);
    await settled();
    expect(node.tasks).toMatchObject([{ name: 'gru-base:a', series: ['a'] }]);
    await node.end(learned(true));
    expect(node.added).toMatchObject([{ scope: { series: 'a' } }]);
  });

  it('proposes a shared version again to those that had not gone over by the end of a run', async () => {
    const first = new Node({ scope: 'shared' });
    first.hear('b', 0, 99);
    first.hear('a', 0, 100);
    await settled();
    await first.end(learned(true));
    first.inUse.set('b', 'gru-base@0'); // still with the parent
    first.hear('a', 100, 101);
    await first.learner.stop();
    const next = new Node({ scope: 'shared' });
    next.versions.push({ ...first.versions[0], state: 'active', parent: 'gru-base@0' });
    next.inUse.set('a', 'gru-base@1').set('b', 'gru-base@0');
    next.learner.start();
    await settled();
    await next.learner.stop();
    expect(next.proposed).toEqual(['gru-base@1 b']);
  });

  it('makes no more networks of single series than it may, and goes on with those there are', async () => {
    const node = new Node({ mostOwn: 1 });
    node.hear('a', 0, 100);
    await settled();
    await node.end(learned(true));
    node.versions[0] = { ...node.versions[0], state: 'active' };
    node.hear('b', 0, 100);
    await settled();
    expect(node.tasks).toHaveLength(1);
    node.nowMs += 1000;
    node.hear('a', 100, 200);
    await settled();
    expect(node.tasks[1]).toMatchObject({ series: ['a'], isOwn: true });
  });

  it('has the least used network of a single series make room, once it is known how much each is used', async () => {
    let nowMs = 0;
    const node = new Node({ mostOwn: 2, elapsedMs: () => nowMs });
    const own = (series: string): ModelVersion => ({
      ...{ name: `gru-base:${series}`, version: 1, sha256: series, state: 'active', origin: 'tuned', createdMs: 0 },
      parent: 'gru-base@1',
    });
    const base: ModelVersion = { ...own('x'), name: 'gru-base', origin: 'shipped', parent: undefined };
    node.versions.push(base, own('busy'), own('silent'));
    node.inUse.set('busy', 'gru-base:busy@1').set('silent', 'gru-base:silent@1');
    node.hear('busy', 0, 90);
    node.hear('silent', 0, 40);
    node.hear('new', 0, 100);
    await settled();
    expect(node.tasks).toEqual([]); // a day has yet to pass
    nowMs = 86_400_000;
    node.nowMs += 1000;
    node.hear('new', 100, 210);
    await settled();
    expect(node.tasks).toMatchObject([{ series: ['new'] }]);
    await node.end(learned(true));
    expect(node.proposed).toEqual(['gru-base@1 silent', 'gru-base:new@1 new']);
    expect(node.decisions).toMatchObject([
      { kind: 'gate', verdict: 'promoted' },
      { kind: 'rollback', model: 'gru-base:silent@1', series: 'silent', verdict: 'rolled-back' },
    ]);
  });

  it('forgets what waits of a series that is not there, and learns from it when it comes', async () => {
    const journal = new LearningJournal(path);
    journal.enqueue('a');
    await journal.settled();
    const inUse = new Map<string, string>();
    const node = new Node({
      proposals: { modelOf: (series) => inUse.get(series), propose: async () => new Map() },
    });
    node.learner.start();
    await settled();
    inUse.set('a', 'gru-base@1');
    node.hear('a', 0, 100);
    await settled();
    expect(node.tasks).toMatchObject([{ series: ['a'], deepAt: 0 }]);
    await node.learner.stop();
    expect(new LearningJournal(path).queue).toEqual(['a']);
  });

  it('begins a journal anew that cannot be read', () => {
    writeFileSync(path, '{"queue":');
    expect(new LearningJournal(path).queue).toEqual([]);
    writeFileSync(path, '{"queue":3}');
    expect(new LearningJournal(path).queue).toEqual([]);
  });

  it('records a fine-tune that failed and goes on with the next series', async () => {
    const node = new Node();
    node.hear('a', 0, 100);
    node.hear('b', 0, 100);
    await settled();
    await node.end(new Error('out of memory'));
    expect(node.decisions).toMatchObject([{ model: 'gru-base@1', series: 'a', verdict: 'failed' }]);
    expect(node.problems).toHaveLength(1);
    expect(node.tasks[1]).toMatchObject({ series: ['b'] });
    node.hear('a', 100, 199);
    await node.end(learned(false));
    expect(node.tasks).toHaveLength(2); // not again before its time
  });

  it('says nothing of a series that has too little to learn from', async () => {
    const node = new Node();
    node.hear('a', 0, 100);
    await settled();
    await node.end(new StepcastError({ code: 'LEARNING_TOO_FEW', op: 'learn', subject: 'a', message: 'too few' }));
    expect(node.decisions).toEqual([]);
    expect(node.problems).toEqual([]);
    await node.learner.stop();
    expect(new LearningJournal(path).queue).toEqual([]);
  });

  it('learns at once when it is asked to', async () => {
    const node = new Node();
    node.hear('a', 0, 10);
    node.learner.ask('a');
    node.learner.ask('a');
    await settled();
    await node.end(learned(false));
    expect(node.tasks).toHaveLength(1);
  });

  it('takes up what was tuned outside of it, even when it learns nothing by itself', async () => {
    const inbox = new TunedInbox(join(folder, 'a.db'));
    inbox.put({ series: 'a', parent: 'gru-base@1', learned: learned(true), durationMs: 7 });
    const node = new Node({ inbox, rules: undefined });
    node.hear('a', 0, 500);
    await node.learner.takeIn();
    expect(node.tasks).toEqual([]);
    expect(node.added).toMatchObject([
      { parent: 'gru-base@1', bytes: Uint8Array.of(1), optimiserState: Uint8Array.of(2) },
    ]);
    expect(node.decisions).toMatchObject([{ verdict: 'promoted', durationMs: 7 }]);
    expect(node.proposed).toEqual(['gru-base:a@1 a']);
    await node.learner.takeIn();
    expect(node.added).toHaveLength(1);
  });
});

describe('Learner in a fleet', () => {
  const waited = async (ms: number): Promise<void> => {
    await vi.advanceTimersByTimeAsync(ms);
    await settled();
  };
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('has the turn of what it makes while it learns, and leaves it then, whatever came of it', async () => {
    const turns = new Turns();
    const node = new Node({ turns });
    for (const series of ['a', 'b']) node.hear(series, 0, 100);
    await settled();
    expect([...turns.held.keys()]).toEqual(['gru-base:a']);
    await node.end(new Error('out of memory'));
    expect([...turns.held.keys()]).toEqual(['gru-base:b']);
    await node.end(learned(true));
    expect(turns.held.size).toBe(0);
    expect(node.proposed).toEqual(['gru-base:b@1 b']);
  });

  it('lets what else waits go before while another worker has the turn, and asks again every two seconds', async () => {
    const turns = new Turns();
    turns.othersHave.add('gru-base:a');
    const node = new Node({ turns });
    for (const series of ['a', 'b']) node.hear(series, 0, 100);
    await waited(1900);
    expect(node.tasks).toEqual([]);
    await waited(200);
    expect(node.tasks).toMatchObject([{ series: ['b'] }]);
    await node.end(learned(false));
    await waited(6000);
    expect(turns.asked.filter((name) => name === 'gru-base:a').length).toBeLessThanOrEqual(6);
    turns.othersHave.clear();
    await waited(2000);
    expect(node.tasks.map(({ series }) => series)).toEqual([['b'], ['a']]);
    await node.end(learned(true));
    expect(node.proposed).toEqual([`gru-base:a@${node.added.length} a`]);
  });

  it('ends a fine-tune whose turn was lost, uses nothing of it, and begins it again', async () => {
    const turns = new Turns();
    const node = new Node({ turns });
    node.hear('a', 0, 100);
    await settled();
    turns.othersHave.add('gru-base:a');
    turns.held.get('gru-base:a')!();
    node.ends.shift();
    await waited(2000);
    expect(node.problems).toMatchObject([{ code: 'LEARNING_FAILED', message: expect.stringContaining('lock') }]);
    expect([node.added, node.decisions, node.proposed]).toEqual([[], [], []]);
    expect(turns.held.size).toBe(0);
    turns.othersHave.clear();
    await waited(2000);
    expect(node.tasks).toHaveLength(2);
    await node.end(learned(true));
    expect(node.proposed).toEqual(['gru-base:a@1 a']);
  });

  it('uses no candidate whose turn was lost while it was written down', async () => {
    const turns = new Turns();
    const node = new Node({ turns });
    node.hear('a', 0, 100);
    await settled();
    const lose = turns.held.get('gru-base:a')!;
    turns.othersHave.add('gru-base:a');
    const { resolve } = node.ends.shift()!;
    resolve(learned(true));
    lose();
    await settled();
    expect([node.decisions, node.proposed]).toEqual([[], []]);
  });

  it('goes on from what others made of a shared model, and leaves it to all to bring it into use', async () => {
    const turns = new Turns();
    turns.newest.set('gru-base@1', 'gru-base@4');
    const node = new Node({ turns, scope: 'shared' });
    node.hear('b', 0, 99);
    node.inUse.set('b', 'gru-base@4').set('c', 'lstm-base@4');
    node.hear('c', 0, 99);
    node.hear('a', 0, 100);
    await settled();
    expect(turns.asked).toEqual(['gru-base']);
    expect(new TextDecoder().decode(node.tasks[0].incumbent)).toBe('gru-base@4');
    await node.end(learned(true));
    expect(node.added).toMatchObject([{ parent: 'gru-base@4', scope: 'shared' }]);
    expect(node.decisions).toMatchObject([{ figures: { series: 2 } }]);
    expect(turns.shared).toEqual(['gru-base@1']);
    expect(node.proposed).toEqual([]);
    expect(turns.held.size).toBe(0);
  });

  it('learns again from a series that was with another worker when its turn came', async () => {
    const inUse = new Map([['a', 'gru-base@1']]);
    const turns = new Turns();
    turns.othersHave.add('gru-base:a');
    const proposals = { modelOf: (series: string) => inUse.get(series), propose: async () => new Map() };
    const node = new Node({ turns, proposals });
    node.hear('a', 0, 100);
    await settled();
    inUse.clear();
    await waited(2000);
    expect(turns.asked).toHaveLength(1); // it does not wait any more
    inUse.set('a', 'gru-base@1');
    turns.othersHave.clear();
    node.hear('a', 200, 201);
    await settled();
    expect(node.tasks).toMatchObject([{ series: ['a'] }]);
  });

  it('counts the networks of its own series, not those of other workers', async () => {
    const own = (series: string): ModelVersion => ({
      ...{ name: `gru-base:${series}`, version: 1, sha256: series, state: 'active', origin: 'tuned', createdMs: 0 },
      parent: 'gru-base@1',
    });
    const modelOf = (series: string): string | undefined => (series === 'far away' ? undefined : 'gru-base@1');
    const node = new Node({ mostOwn: 1, turns: new Turns(), proposals: { modelOf, propose: async () => new Map() } });
    node.versions.push(own('far away'));
    node.hear('a', 0, 100);
    await settled();
    expect(node.tasks).toMatchObject([{ series: ['a'] }]);
  });
});
