import { describe, expect, it } from 'vitest';
import { type Offer, type OfferParts, offerModel } from '../../../src/daemon/offerModel.js';
import type { ProposalAnswer } from '../../../src/pipeline/modelVersions.js';
import type { SeriesEntry } from '../../../src/pipeline/seriesEntry.js';
import { stepMetadata } from '../../support/stepModel.js';

const levels = [0.1, 0.5, 0.9];

/** A series: what its settings name, and what it is stepped through. */
const series = (seriesId: string, model: string, own: string, { horizon = 3, suits = true } = {}) => {
  const at = own.lastIndexOf('@');
  const label = { name: own.slice(0, at), version: Number(own.slice(at + 1)) };
  return { seriesId, settings: { model, horizon, levels }, model: label, suits: () => suits } as unknown as SeriesEntry;
};

/** Offers pump@2, and gives what was proposed to whom, and the offer. */
const offer = async (
  entries: readonly SeriesEntry[],
  activate: 'trial' | 'now',
  more: { asked?: Set<string>; answer?: ProposalAnswer; known?: boolean; horizon?: number } = {},
): Promise<Offer & { proposed: string[] }> => {
  const proposed: string[] = [];
  const propose = async (label: string, ids: readonly string[], how: string) => {
    proposed.push(`${how} ${label} ${ids.join(' ')}`.trim());
    return new Map(ids.map((id) => [id, more.answer ?? 'accepted'] as const));
  };
  const parts = { swaps: { propose }, book: { entries }, isKnownName: () => more.known ?? true };
  const metadata = { ...stepMetadata, horizon: more.horizon ?? 3 };
  const model = { name: 'pump', version: 2, metadata } as unknown as Parameters<typeof offerModel>[0];
  return { proposed, ...(await offerModel(model, activate, more.asked ?? new Set(), parts as unknown as OfferParts)) };
};

describe('offerModel', () => {
  const named = series('a', 'pump', 'gru-base@1');
  const stepped = series('b', 'auto', 'pump@1');
  const other = series('c', 'auto', 'gru-base@1');
  const tuned = series('d', 'auto', 'pump:d@4');

  it('offers a version to series whose settings name it and to those stepped through the name, and to no others', async () => {
    expect(await offer([named, stepped, other], 'trial')).toMatchObject({ proposed: ['shadow pump@2 a b'], series: 2 });
  });

  it('offers a name that nothing knows to every series that leaves its model to us', async () => {
    const pinned = series('e', 'gru-base', 'gru-base@1');
    const { proposed } = await offer([other, pinned], 'trial', { known: false });
    expect(proposed).toEqual(['shadow pump@2 c']);
  });

  it('is used at once where that is wished, but for a series that has a fine-tune of its own: that is tried first', async () => {
    const { proposed } = await offer([named, tuned, stepped], 'now');
    expect(proposed).toEqual(['swap pump@2 a b', 'shadow pump@2 d']);
  });

  it('asks nobody twice, and later whom a trial keeps busy', async () => {
    const asked = new Set<string>();
    await offer([named], 'trial', { asked, answer: 'on-trial' });
    expect((await offer([named, stepped], 'trial', { asked })).proposed).toEqual(['shadow pump@2 a b']);
    expect((await offer([named, stepped], 'trial', { asked })).proposed).toEqual([]);
  });

  it('is made ready for series to come where there is none yet', async () => {
    expect(await offer([other], 'trial')).toMatchObject({ proposed: ['swap pump@2'], series: 0, unfit: 0 });
  });

  it('counts those that cannot use it, and those whose settings name a version', async () => {
    const short = series('f', 'pump', 'gru-base@1', { suits: false });
    const pinned = series('g', 'pump@1', 'pump@1');
    expect(await offer([named, short, pinned], 'trial')).toMatchObject({ series: 3, unfit: 1, pinned: 1 });
  });

  it('leaves alone who uses it already', async () => {
    expect(await offer([series('h', 'pump', 'pump@2')], 'now')).toMatchObject({ proposed: [], series: 1, unfit: 0 });
  });

  it('says where model and streams differ, each difference once', async () => {
    const far = [series('i', 'pump', 'pump@1', { horizon: 5 }), series('j', 'pump', 'pump@1', { horizon: 5 })];
    expect((await offer(far, 'trial')).adapts).toEqual([
      'the model looks 3 steps ahead, streams forecast 5: the experts say the rest',
    ]);
    expect((await offer([named], 'trial', { horizon: 9 })).adapts).toEqual([
      'the model looks 9 steps ahead, streams forecast 3: its further steps are left out',
    ]);
  });
});
