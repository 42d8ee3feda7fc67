import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { describeModel } from '../../../../src/inference/loadModel.js';
import { createOrtStepper } from '../../../../src/inference/ortStepper.js';
import { decodeModel } from '../../../../src/onnx/codec.js';
import { goldenOf } from '../../../../src/registry/admission/checkGolden.js';
import { createAdmission } from '../../../../src/registry/admission/createAdmission.js';
import type { Admission, AdmissionRequest, Admit } from '../../../../src/registry/push/admission.js';
import type { GoldenVectors } from '../../../../src/registry/push/pushManifest.js';
import { bundle } from '../../../support/bundle.js';
import { hostileFiles } from '../../../support/hostileFiles.js';
import { hostileModels } from '../../../support/hostileModels.js';
import { requestOf } from '../../../support/pushOf.js';
import { stepMetadata, stepModelBytes } from '../../../support/stepModel.js';

const file = (name: string) => hostileFiles().find((each) => each.name === name)!;

vi.setConfig({ testTimeout: 300_000 }); // a process of the lowest priority may wait long on a busy machine

let folder: string;
let entry: URL;
let admit: Admit;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stepcast-admission-'));
  entry = pathToFileURL(await bundle('src/daemon/trialProcess.ts'));
  admit = createAdmission({ entry, mostRestMs: 0 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function judge(bytes: Uint8Array, request: AdmissionRequest = requestOf(bytes), by = admit): Promise<Admission> {
  const path = join(folder, 'pushed');
  writeFileSync(path, bytes);
  return by(path, request);
}

async function golden(bytes: Uint8Array): Promise<GoldenVectors> {
  const stepper = await createOrtStepper(await describeModel('m', bytes, decodeModel(bytes)), bytes);
  const vectors = await goldenOf(stepper, Float32Array.of(1, 0.5, -1, 0.25, 0, 3), 1e-6);
  await stepper.release();
  return vectors;
}

describe('createAdmission', () => {
  it('admits a sound model that answers its golden vectors, and says what it is', async () => {
    const bytes = stepModelBytes();
    expect(await judge(bytes, requestOf(bytes, { golden: await golden(bytes) }))).toEqual({
      ok: true,
      model: {
        metadata: stepMetadata,
        featureWidth: 2,
        states: [{ name: 'h', dims: [-1, 4], batchAxis: 0, size: 4 }],
      },
    });
  });

  it('admits a model of the package, by a path from where the daemon stands', async () => {
    const path = 'models/lstm-base.onnx';
    expect(await admit(path, requestOf(readFileSync(path)))).toMatchObject({ ok: true });
  });

  it('refuses a model that answers its golden vectors otherwise, naming the place', async () => {
    const bytes = stepModelBytes();
    const other = stepModelBytes({ between: (g, hidden) => g.op('Neg', [hidden]) });
    expect(await judge(bytes, requestOf(bytes, { golden: await golden(other) }))).toMatchObject({
      code: 'golden',
      reason: expect.stringMatching(/^at step 0 y\[0\] is -?[\d.]+, and must be -?[\d.]+ ± 0.000001$/),
    });
  });

  it('refuses golden vectors of another width', async () => {
    const bytes = stepModelBytes();
    const vectors = { ...(await golden(bytes)), steps: 4 };
    expect(await judge(bytes, requestOf(bytes, { golden: vectors }))).toMatchObject({ code: 'golden' });
  });

  it('refuses a file with another hash, or other metadata, than was announced', async () => {
    const bytes = stepModelBytes();
    const zeros = '0'.repeat(64);
    expect(await judge(bytes, requestOf(bytes, { sha256: zeros }))).toMatchObject({ code: 'hash' });
    expect(await judge(bytes, requestOf(bytes, { contractSha256: zeros }))).toMatchObject({ code: 'contract-digest' });
  });

  it('refuses what the inspection refuses, before anything of it runs', async () => {
    for (const name of ['a billion zeros in 96 bytes', 'a loop that never ends']) {
      const { bytes, code, says } = file(name);
      expect(await judge(bytes)).toMatchObject({ ok: false, code, reason: expect.stringMatching(says) });
    }
  });

  it('says of its own troubles that they are not the model’s', async () => {
    const request = requestOf(stepModelBytes());
    expect(await admit(join(folder, 'missing'), request)).toMatchObject({ ok: false, code: 'node' });
    const broken = createAdmission({ entry: pathToFileURL(join(folder, 'missing.js')) });
    const reason = expect.stringContaining('missing.js');
    expect(await judge(stepModelBytes(), request, broken)).toMatchObject({ ok: false, code: 'node', reason });
  });

  it('judges one file at a time', async () => {
    const bytes = stepModelBytes();
    const ended: number[] = [];
    await Promise.all([0, 1].map((i) => judge(bytes).then(() => ended.push(i))));
    expect(ended).toEqual([0, 1]);
  });

  it('stops at once when it is told to, and goes on with the next file', async () => {
    const bytes = stepModelBytes();
    const controller = new AbortController();
    const stopped = judge(bytes, { ...requestOf(bytes), signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(stopped).rejects.toThrow('enough');
    expect(await judge(bytes)).toMatchObject({ ok: true });
  });

  it('ends a trial that takes more processor time than it may', async () => {
    const { bytes } = hostileModels().find(({ code }) => code === 'latency')!;
    const patient = createAdmission({ entry, cpuSeconds: 2, latencyMs: 1e6 });
    expect(await judge(bytes, requestOf(bytes), patient)).toMatchObject({ ok: false, code: 'trial-time' });
  });

  it('does not hold it against a model that this machine had no time for it', async () => {
    const bytes = stepModelBytes();
    const hurried = createAdmission({ entry, timeMs: 1 });
    expect(await judge(bytes, requestOf(bytes), hurried)).toMatchObject({ ok: false, code: 'node' });
  });

  it('ends a trial that takes more memory than it may', async () => {
    const bytes = stepModelBytes();
    const poor = createAdmission({ entry, memoryBytes: 150 * 2 ** 20 });
    expect(await judge(bytes, requestOf(bytes), poor)).toMatchObject({ ok: false, code: 'trial-memory' });
  });

  it('leaves no file behind', () => {
    expect(readdirSync(folder)).toEqual(['pushed']);
  });
});
