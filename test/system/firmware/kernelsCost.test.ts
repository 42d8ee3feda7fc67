import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type DeviceTarget, deviceCosts, deviceTargets } from '../../../src/firmware/deviceCost.js';
import { deviceSizes } from '../../../src/firmware/deviceSizes.js';
import { readBlob } from '../../../src/firmware/readBlob.js';
import { deviceExport } from '../../../src/lab/deviceExport.js';
import { deviceFiles } from '../../../src/lab/deviceFiles.js';
import { drawnBlob } from '../../support/deviceModels.js';
import { runKernels } from './support/kernels.js';

const model = fileURLToPath(new URL('../../fixtures/deviceGru.onnx', import.meta.url));
const linked = fileURLToPath(new URL('../../../firmware-bridge/device/test/linked.c', import.meta.url));
const processors: Readonly<Record<DeviceTarget, readonly string[]>> = {
  'cortex-m0plus': ['-mcpu=cortex-m0plus'],
  'cortex-m3': ['-mcpu=cortex-m3'],
  'cortex-m4f': ['-mcpu=cortex-m4', '-mfpu=fpv4-sp-d16', '-mfloat-abi=hard'],
};
const flags = [
  '-mthumb',
  '-std=c99',
  '-ffunction-sections',
  '-fdata-sections',
  '-ffp-contract=off',
  '-Wl,--gc-sections',
];
const bare = ['-nostartfiles', '-Wl,-e,main', '--specs=nano.specs', '--specs=nosys.specs'];
const exported = (kind: 'int8' | 'float') => deviceExport({ file: model, kind, values: [], cadenceMs: 0, season: 0 });

/** Bytes of code that an export links to, its model left out. */
function linkedBytes(made: Awaited<ReturnType<typeof exported>>, target: DeviceTarget, optimise: string): number {
  const folder = mkdtempSync(join(tmpdir(), 'stepcast-linked-'));
  try {
    for (const [name, content] of deviceFiles(made)) writeFileSync(join(folder, name), content);
    const sources = [...deviceFiles(made).keys()].filter((name) => name.startsWith('sc_net') && name.endsWith('.c'));
    const args = [...processors[target], optimise, ...flags, ...bare, '-I.', linked, ...sources, '-o', 'program'];
    execFileSync('arm-none-eabi-gcc', args, { cwd: folder, stdio: ['ignore', 'ignore', 'ignore'] });
    const [, sizes] = execFileSync('arm-none-eabi-size', ['program'], { cwd: folder, encoding: 'utf8' }).split('\n');
    return Number(sizes.trim().split(/\s+/)[0]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('what the report says a model costs', () => {
  it.each(['int8', 'float'] as const)('is near what a compiler makes of it: %s', async (kind) => {
    const made = await exported(kind);
    const costs = deviceCosts(made.blob, made);
    for (const target of deviceTargets) {
      const estimate = costs.find((cost) => cost.target === target)!.codeBytes;
      const found = linkedBytes(made, target, '-O2');
      expect({ target, off: Math.abs(estimate / found - 1) < 0.03 || { estimate, found } }).toEqual({
        target,
        off: true,
      });
    }
  });

  it('is at most 8 KiB of code on a Cortex-M3 for a GRU of 16 units with calendar and scaler', async () => {
    expect(linkedBytes(await exported('int8'), 'cortex-m3', '-Os')).toBeLessThanOrEqual(8192);
  });

  it.each(['m3', 'm4f'] as const)('is near the instructions that an emulator counts: %s', (target) => {
    for (const cell of ['rnn', 'gru', 'lstm'] as const) {
      for (const kind of ['int8', 'float'] as const) {
        const bytes = drawnBlob({ cell, hidden: 12, columns: 5, horizon: 4, kind });
        const blob = readBlob(bytes);
        const name = target === 'm3' ? 'cortex-m3' : 'cortex-m4f';
        const estimate = deviceCosts(blob, deviceSizes(blob)).find((cost) => cost.target === name)!.stepInstructions!;
        const { opened, cost } = runKernels(target, 'cost', { blob: bytes });
        const { stateBytes, scratchBytes } = deviceSizes(blob);
        expect(opened).toMatchObject({ state: stateBytes, scratch: scratchBytes });
        const within = Math.abs(estimate / cost.step - 1) < 0.1 || { estimate, found: cost.step };
        expect({ cell, kind, within }).toEqual({ cell, kind, within: true });
      }
    }
  });

  it('is at most 2,500 instructions a step on a Cortex-M3 for a GRU of 8 units', () => {
    const blob = drawnBlob({ cell: 'gru', hidden: 8, columns: 4, horizon: 1, kind: 'int8' });
    expect(runKernels('m3', 'cost', { blob }).cost.step).toBeLessThanOrEqual(2500);
  });
});
