import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../../src/onnx/safety/inspectModel.js';
import { inspectionCodes } from '../../../../src/onnx/safety/refusal.js';
import { Random } from '../../../../src/series/random.js';
import { hostileFiles, mutantOf } from '../../../support/hostileFiles.js';
import { stepModelBytes } from '../../../support/stepModel.js';

const read = (path: string): Uint8Array => readFileSync(new URL(`../../../../${path}`, import.meta.url));
const files = hostileFiles();

describe('inspectModel', () => {
  it.each([
    ...['gru-base', 'gru-small', 'lstm-base', 'rnn-base'].map((name) => `models/${name}.onnx`),
    ...['torchGru', 'torchLstm', 'torchGru2', 'torchRnn', 'torchMixed'].map((name) => `test/fixtures/${name}.onnx`),
  ])('lets %s through', (path) => {
    expect(inspectModel(read(path))).toMatchObject({ ok: true });
  });

  it('says what a run takes at most', () => {
    const [row, weights] = [2 + 4 + 4 + 4 + 4 + 4 + 9 + 9 + 9 + 4, 8 + 16 + 36 + 3]; // numbers
    const memoryBytes = 8 * (256 * row + weights);
    expect(inspectModel(stepModelBytes())).toEqual({ ok: true, memoryBytes, multiplyAdds: 8 + 16 + 36 });
  });

  it.each(files)('refuses $name', ({ bytes, code, says }) => {
    const inspection = inspectModel(bytes);
    expect(inspection).toMatchObject({ ok: false, code });
    expect(!inspection.ok && inspection.reason).toMatch(says);
  });

  it('has a hostile file for every reason to refuse one', () => {
    expect(new Set(files.map(({ code }) => code))).toEqual(new Set(inspectionCodes));
  });

  it('gives every reason in one line of at most 300 printable characters', () => {
    for (const { bytes } of files) {
      const inspection = inspectModel(bytes);
      expect(inspection.ok || inspection.reason).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]{1,300}$/u);
    }
  });

  it('has an answer to any mutant of a good file', () => {
    const [file, random] = [stepModelBytes(), new Random(1)];
    let refused = 0;
    for (let i = 0; i < 500; i++) if (!inspectModel(mutantOf(file, random)).ok) refused++;
    expect(refused).toBeGreaterThan(100);
    expect(refused).toBeLessThan(500);
  });
});
