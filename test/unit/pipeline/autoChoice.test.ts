import { describe, expect, it } from 'vitest';
import { AutoChoice } from '../../../src/pipeline/autoChoice.js';
import { SnapshotReader, SnapshotWriter } from '../../../src/series/snapshot.js';
import { ArithmeticStepper } from '../../support/arithmeticStepper.js';

const [a, b, c] = ['a', 'b', 'c'].map((sha256) => new ArithmeticStepper({ sha256 }).model);

describe('AutoChoice', () => {
  it('tries every other model in turn once enough was seen, and all again much later', () => {
    const choice = new AutoChoice([a, b, c]);
    const tried: string[] = [];
    for (let count = 0; count < 10_000; count++) {
      const model = choice.due(count, b);
      if (model) tried.push(`${count} ${model.sha256}`);
    }
    expect(tried).toEqual(['512 a', '513 c', '8706 a', '8707 c']);
  });

  it('never tries anything where there is one model', () => {
    const choice = new AutoChoice([a]);
    for (let count = 0; count < 20_000; count += 7) expect(choice.due(count, a)).toBeUndefined();
  });

  it('goes on from its snapshot', () => {
    const choice = new AutoChoice([a, b, c]);
    choice.due(600, a);
    const writer = new SnapshotWriter();
    choice.save(writer);
    const next = new AutoChoice([a, b, c]);
    next.load(new SnapshotReader(writer.bytes()));
    expect(next.due(601, a)).toBe(c);
    expect(next.due(602, a)).toBeUndefined();
  });
});
