import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/series/random.js';
import { ArithmeticStepper } from '../../support/arithmeticStepper.js';
import { eventSettings, gridSettings } from '../../support/settings.js';
import { SwappingDaemon } from '../../support/swappingDaemon.js';

/** A random walk: nothing forecasts it better than its last value. */
const walk = ((): number[] => {
  const random = new Random(11);
  const values = [50];
  for (let m = 1; m < 1200; m++) values.push(values[m - 1] + random.normal());
  return values;
})();
const options = { features: ['value', 'diff'], horizon: 3 };
const plain = new ArithmeticStepper({ ...options, sha256: 'aa' });
const other = new ArithmeticStepper({ ...options, sha256: 'bb', version: 2, bias: 0.01 });
const worse = new ArithmeticStepper({ ...options, sha256: 'cc', version: 3, bias: 4 });
const models = [plain, other, worse];

const hear = async (daemon: SwappingDaemon, from: number, to: number, series = ['a']): Promise<void> => {
  for (let m = from; m < to; m++) await daemon.hear(m, walk[m], series);
};
const begun = async (given: Partial<ConstructorParameters<typeof SwappingDaemon>[0]> = {}): Promise<SwappingDaemon> =>
  new SwappingDaemon({ models, probationTicks: 40, ...given }).start();
const always = async (model: ArithmeticStepper, to: number): Promise<SwappingDaemon> => {
  const daemon = await begun({ models: [model] });
  await hear(daemon, 0, to);
  return daemon;
};

describe('a version that is proposed', () => {
  it('takes over with the state it would have had from the beginning', async () => {
    const daemon = await begun();
    await hear(daemon, 0, 100);
    expect(await daemon.swaps.propose('arithmetic@2', ['a'], 'swap')).toEqual(new Map([['a', 'accepted']]));
    await daemon.untilReady();
    await hear(daemon, 100, 110);
    expect(daemon.swaps.modelOf('a')).toBe('arithmetic@2');
    expect(daemon.modelsSeen()).toEqual(['arithmetic@1', 'arithmetic@2']);
    expect(daemon.networkState()).toBe((await always(other, 110)).networkState());
  });

  it('has taken in what came while its state was rebuilt, each reading once', async () => {
    const daemon = await begun();
    await hear(daemon, 0, 100);
    await daemon.swaps.propose('arithmetic@2', ['a'], 'swap');
    let m = 100;
    while (daemon.swaps.modelOf('a') === 'arithmetic@1' && m < 300) {
      await hear(daemon, m, ++m);
      await turnOfLoop();
    }
    expect(m).toBeGreaterThan(102);
    expect(daemon.networkState()).toBe((await always(other, m)).networkState());
    expect(daemon.forecasts().map((text) => Number(text.split(' ')[0]))).toEqual(walk.slice(0, m).map((_, n) => n));
  });

  it('waits until what the series has heard is in the store', async () => {
    const daemon = await begun();
    await hear(daemon, 0, 50);
    const turn = await daemon.hear(50, walk[50], ['a'], eventSettings, true);
    await daemon.swaps.propose('arithmetic@2', ['a'], 'swap');
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(daemon.swaps.isReady).toBe(false);
    daemon.store.stage(turn);
    await daemon.store.commit();
    while (!daemon.swaps.isReady) await new Promise((resolve) => setTimeout(resolve, 5));
    await hear(daemon, 51, 60);
    expect(daemon.networkState()).toBe((await always(other, 60)).networkState());
  });

  it('changes nothing of experts and calibration, nor of any other series', async () => {
    const [daemon, calm] = [await begun(), await begun()];
    for (const each of [daemon, calm]) await hear(each, 0, 100, ['a', 'b']);
    await daemon.swaps.propose('arithmetic@2', ['a'], 'swap');
    await daemon.untilReady();
    for (const each of [daemon, calm]) await hear(each, 100, 200, ['a', 'b']);
    expect(daemon.forecasts('b')).toEqual(calm.forecasts('b'));
    expect(daemon.state('b')).toBe(calm.state('b'));
    const base = ({ book }: SwappingDaemon) => [1, 2, 3].map((h) => book.get('a')!.forecaster.base(h));
    expect(base(daemon)).toEqual(base(calm));
  });

  it('takes over between the slots of a grid', async () => {
    const run = async (swapped: boolean, first: ArithmeticStepper[]) => {
      const daemon = await begun({ models: first });
      for (let i = 0; i < 400; i++) {
        if (swapped && i === 300) {
          await daemon.swaps.propose('arithmetic@2', ['a'], 'swap');
          await daemon.untilReady();
        }
        await daemon.hear(i * 0.4 + (i > 100 ? 3 : 0), walk[i], ['a'], gridSettings);
      }
      return daemon;
    };
    const [daemon, fromTheStart] = [await run(true, models), await run(false, [other])];
    expect(daemon.swaps.modelOf('a')).toBe('arithmetic@2');
    expect(daemon.networkState()).toBe(fromTheStart.networkState());
  });

  it.each([
    ['unknown-series', 'z', eventSettings],
    ['pinned', 'a', { ...eventSettings, model: 'arithmetic@1' }],
    ['accepted', 'a', { ...eventSettings, model: 'arithmetic' }],
  ] as const)('is %s', async (answer, series, settings) => {
    const daemon = await begun();
    for (let m = 0; m < 5; m++) await daemon.hear(m, walk[m], ['a'], settings);
    expect((await daemon.swaps.propose('arithmetic@2', [series], 'swap')).get(series)).toBe(answer);
  });

  it('is not taken twice, nor while another is on probation, nor when it is in use', async () => {
    const daemon = await begun();
    await hear(daemon, 0, 50);
    const propose = async (label: string) => (await daemon.swaps.propose(label, ['a'], 'swap')).get('a');
    expect(await propose('arithmetic@1')).toBe('in-use');
    expect(await propose('arithmetic@2')).toBe('accepted');
    expect(await propose('arithmetic@3')).toBe('on-trial');
    await daemon.untilReady();
    await hear(daemon, 50, 60);
    expect(await propose('arithmetic@3')).toBe('on-trial');
    expect(await propose('arithmetic@2')).toBe('in-use');
  });

  it('takes the place of a trial of an earlier version of its name, and of its own when it is to be used at once', async () => {
    const daemon = await begun();
    await hear(daemon, 0, 50);
    const propose = async (label: string, how: 'swap' | 'shadow') =>
      (await daemon.swaps.propose(label, ['a'], how)).get('a');
    expect(await propose('arithmetic@2', 'shadow')).toBe('accepted');
    await daemon.untilReady();
    await hear(daemon, 50, 55);
    expect(await propose('arithmetic@2', 'shadow')).toBe('on-trial');
    expect(await propose('arithmetic@3', 'shadow')).toBe('accepted');
    await daemon.untilReady();
    await hear(daemon, 55, 60);
    expect(await propose('arithmetic@2', 'swap')).toBe('on-trial');
    expect(await propose('arithmetic@3', 'swap')).toBe('accepted');
    await daemon.untilReady();
    await hear(daemon, 60, 65);
    expect(daemon.swaps.modelOf('a')).toBe('arithmetic@3');
  });

  it('must be in the registry', async () => {
    const daemon = await begun();
    await expect(daemon.swaps.propose('arithmetic@9', ['a'], 'swap')).rejects.toThrow(
      'propose: arithmetic@9 is not in the registry',
    );
  });

  it('is refused where it looks further ahead than the experts of the series do', async () => {
    const far = new ArithmeticStepper({ features: ['value', 'blend'], horizon: 9, sha256: 'dd', version: 4 });
    const daemon = await begun({ models: [plain, far] });
    await hear(daemon, 0, 5);
    expect((await daemon.swaps.propose('arithmetic@4', ['a'], 'swap')).get('a')).toBe('unfit');
  });

  it('is refused where it looks elsewhere than what the series is told of others', async () => {
    const far = new ArithmeticStepper({ features: ['value'], horizon: 9, sha256: 'dd', version: 4 });
    const daemon = await begun({ models: [plain, far] });
    const settings = { ...eventSettings, covariates: [{ name: 'b', series: 'b', known: 'past' as const }] };
    for (let m = 0; m < 5; m++) await daemon.hear(m, walk[m], ['a'], settings);
    for (let m = 0; m < 5; m++) await daemon.hear(m, walk[m], ['b']);
    const answers = await daemon.swaps.propose('arithmetic@4', ['a', 'b'], 'swap');
    expect([...answers]).toEqual([
      ['a', 'unfit'],
      ['b', 'accepted'],
    ]);
  });

  it('does not take over a series that got other settings meanwhile', async () => {
    const daemon = await begun();
    await hear(daemon, 0, 50);
    await daemon.swaps.propose('arithmetic@2', ['a'], 'swap');
    const settings = { ...eventSettings, maxGapSteps: 7 };
    for (let m = 50; m < 60; m++) await daemon.hear(m, walk[m], ['a'], settings);
    for (let i = 0; i < 50 && !daemon.swaps.isIdle; i++) await turnOfLoop();
    expect(daemon.swaps.isIdle).toBe(true);
    expect(daemon.swaps.modelOf('a')).toBe('arithmetic@1');
  });
});

describe('a version on probation', () => {
  it('goes back by itself when the one before errs less, and says so', async () => {
    const daemon = await begun();
    await hear(daemon, 0, 200);
    await daemon.swaps.propose('arithmetic@3', ['a'], 'swap');
    await daemon.untilReady();
    await hear(daemon, 200, 300);
    expect(daemon.modelsSeen()).toEqual(['arithmetic@1', 'arithmetic@3']);
    expect(daemon.swaps.modelOf('a')).toBe('arithmetic@1');
    expect(daemon.store.decisions).toMatchObject([
      {
        kind: 'probation',
        model: 'arithmetic@3',
        series: 'a',
        verdict: 'rolled-back',
        figures: { inUse: 'arithmetic@3' },
      },
    ]);
    expect(daemon.noted).toEqual(daemon.store.decisions);
    const { lossInUse, lossBeside } = daemon.noted[0].figures as Record<string, number>;
    expect(lossInUse).toBeGreaterThan(1.5 * lossBeside);
  });

  it('comes back to the state that the one before would have, had it never been away', async () => {
    const daemon = await begun();
    await hear(daemon, 0, 200);
    await daemon.swaps.propose('arithmetic@3', ['a'], 'swap');
    await daemon.untilReady();
    await hear(daemon, 200, 300);
    expect(daemon.networkState()).toBe((await always(plain, 300)).networkState());
  });

  it('stays when it is no worse, after as many ticks as were set', async () => {
    const daemon = await begun();
    await hear(daemon, 0, 200);
    await daemon.swaps.propose('arithmetic@2', ['a'], 'swap');
    await daemon.untilReady();
    await hear(daemon, 200, 300);
    expect(daemon.store.decisions).toMatchObject([
      { kind: 'probation', model: 'arithmetic@2', verdict: 'kept', figures: { ticks: 40 } },
    ]);
    expect(daemon.swaps.modelOf('a')).toBe('arithmetic@2');
    expect(daemon.book.get('a')!.challenge).toBeUndefined();
  });

  it('is none when someone asked for the version', async () => {
    const daemon = await begun();
    await hear(daemon, 0, 50);
    await daemon.swaps.propose('arithmetic@3', ['a'], 'back');
    await daemon.untilReady();
    await hear(daemon, 50, 150);
    expect(daemon.modelsSeen()).toEqual(['arithmetic@1', 'arithmetic@3']);
    expect(daemon.swaps.modelOf('a')).toBe('arithmetic@3');
    expect(daemon.noted).toEqual([]);
  });
});

describe('a version in shadow', () => {
  it.each([
    ['takes over when it is no worse', 'arithmetic@2', 'promoted', 'arithmetic@2'],
    ['is refused when it is worse, and was never heard', 'arithmetic@3', 'refused', 'arithmetic@1'],
  ])('%s', async (_title, label, verdict, inUse) => {
    const [daemon, calm] = [await begun(), await begun()];
    for (const each of [daemon, calm]) await hear(each, 0, 100);
    await daemon.swaps.propose(label, ['a'], 'shadow');
    await daemon.untilReady();
    for (const each of [daemon, calm]) await hear(each, 100, 130);
    expect(daemon.forecasts()).toEqual(calm.forecasts());
    await daemon.hear(130, walk[130]);
    daemon.swaps.settle();
    expect(daemon.states).toEqual([['arithmetic@1'], [label]]);
    await hear(daemon, 131, 200);
    expect(daemon.store.decisions).toMatchObject([{ kind: 'shadow', model: label, verdict }]);
    expect(daemon.swaps.modelOf('a')).toBe(inUse);
  });
});

describe('a daemon that is killed', () => {
  /** A swap to a worse model at 100, its rollback within the probation, and what comes after; killed after the turns given. */
  const run = async (kills: readonly number[]) => {
    let daemon = await begun();
    for (let m = 0; m < 180; m++) {
      if (m === 100) {
        await daemon.swaps.propose('arithmetic@3', ['a'], 'swap');
        await daemon.untilReady();
      }
      await daemon.hear(m, walk[m], ['a', 'b']);
      if (kills.includes(m)) daemon = await daemon.afterKill();
    }
    return daemon;
  };

  it('goes on bit for bit, wherever between swap and rollback that was', async () => {
    const calm = await run([]);
    expect(calm.store.decisions.map(({ verdict }) => verdict)).toEqual(['rolled-back']);
    const rolledBackAt = calm.forecasts().findLastIndex((text) => text.includes('arithmetic@3'));
    expect(rolledBackAt).toBeGreaterThan(110);
    for (const kills of [[100, 101], [115, rolledBackAt], [rolledBackAt + 1]]) {
      const killed = await run(kills);
      for (const series of ['a', 'b']) {
        expect(killed.forecasts(series)).toEqual(calm.forecasts(series));
        expect(killed.state(series)).toBe(calm.state(series));
      }
      expect(killed.store.decisions).toHaveLength(1);
    }
  });

  it('has the old version whole when the turn of the swap was not committed', async () => {
    const daemon = await begun();
    await hear(daemon, 0, 100);
    await daemon.swaps.propose('arithmetic@2', ['a'], 'swap');
    await daemon.untilReady();
    await daemon.hear(100, walk[100], ['a'], eventSettings, true);
    expect(daemon.swaps.modelOf('a')).toBe('arithmetic@2');
    const next = await daemon.afterKill();
    expect(next.swaps.modelOf('a')).toBe('arithmetic@1');
    await hear(next, 100, 120);
    expect(next.state()).toBe((await always(plain, 120)).state());
  });

  it('ends a trial whose other model is gone, and goes on', async () => {
    const daemon = await begun();
    await hear(daemon, 0, 100);
    await daemon.swaps.propose('arithmetic@2', ['a'], 'swap');
    await daemon.untilReady();
    await hear(daemon, 100, 105);
    const next = await new SwappingDaemon({ models: [other], store: daemon.store.afterCrash() }).start();
    await hear(next, 105, 110);
    expect(next.book.get('a')!.challenge).toBeUndefined();
    expect(next.networkState()).toBe((await always(other, 110)).networkState());
  });
});

describe('a series whose model is auto', () => {
  const auto = { auto: true, models: [worse, plain] };

  it('goes over to the base model with the lower live loss, once it has shown enough', async () => {
    const daemon = await begun(auto);
    await hear(daemon, 0, 511);
    expect(daemon.book.get('a')!.challenge).toBeUndefined();
    await hear(daemon, 511, 900);
    expect(daemon.modelsSeen()).toEqual(['arithmetic@3', 'arithmetic@1']);
    expect(daemon.store.decisions).toMatchObject([{ kind: 'auto', model: 'arithmetic@1', verdict: 'promoted' }]);
  });

  it('stays with what it has when another does not err less', async () => {
    const daemon = await begun({ auto: true, models: [plain, other] });
    await hear(daemon, 0, 900);
    expect(daemon.modelsSeen()).toEqual(['arithmetic@1']);
    expect(daemon.store.decisions).toMatchObject([{ kind: 'auto', model: 'arithmetic@2', verdict: 'kept' }]);
  });

  it('is exact across kills before, within and after its trial', async () => {
    const calm = await begun(auto);
    await hear(calm, 0, 700);
    let killed = await begun(auto);
    for (const [from, to] of [
      [0, 300],
      [300, 512],
      [512, 540],
      [540, 590],
      [590, 700],
    ]) {
      await hear(killed, from, to);
      killed = await killed.afterKill();
    }
    expect(killed.forecasts()).toEqual(calm.forecasts());
    expect(killed.state()).toBe(calm.state());
    expect(killed.store.decisions).toHaveLength(1);
  });

  it('does not try others when its model has a name', async () => {
    const daemon = await begun(auto);
    for (let m = 0; m < 700; m++) await daemon.hear(m, walk[m], ['a'], { ...eventSettings, model: 'arithmetic' });
    expect(daemon.modelsSeen()).toEqual(['arithmetic@3']);
  });
});
