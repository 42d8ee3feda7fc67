import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../src/onnx/safety/inspectModel.js';
import { Random } from '../../../src/series/random.js';
import { mutantOf } from '../../support/hostileFiles.js';

/** `STEPCAST_MUTANTS=all`: the inspection sees all of them (minutes), not every hundredth. */
const every = process.env.STEPCAST_MUTANTS === 'all' ? 1 : 100;
const mutants = 100_000;
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe(`${mutants} mutants of a model of the package`, () => {
  const file = readFileSync(new URL('../../../models/gru-small.onnx', import.meta.url));
  const signed = hash(file);

  it('are refused by their hash, every one, and by what the inspection sees alone, some', () => {
    const random = new Random(2);
    const codes = new Map<string, number>();
    let [same, inspected, refused] = [0, 0, 0];
    for (let i = 0; i < mutants; i++) {
      const mutant = mutantOf(file, random);
      if (hash(mutant) === signed) same++;
      if (i % every !== 0) continue;
      const inspection = inspectModel(mutant);
      inspected++;
      if (inspection.ok) continue;
      refused++;
      codes.set(inspection.code, (codes.get(inspection.code) ?? 0) + 1);
    }
    const share = ((100 * refused) / inspected).toFixed(1);
    console.info(`the inspection alone refuses ${refused} of ${inspected} (${share} %):`, Object.fromEntries(codes));
    expect(same).toBe(0);
    expect(refused).toBeGreaterThan(inspected / 20);
  });
});
