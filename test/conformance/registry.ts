import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoadedModel } from '../../src/forecast/modelContract.js';
import type { Decision } from '../../src/pipeline/modelVersions.js';
import { FileRegistry } from '../../src/registry/fileRegistry.js';
import { ArithmeticStepper } from '../support/arithmeticStepper.js';
import { startMs } from '../support/storeFixture.js';
import type { StoreHarness, StoreUnderTest } from './store.js';

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const bytes = (n: number): Uint8Array => Uint8Array.of(7, 7, n);
const nobody: ReadonlySet<string> = new Set();

/** What the registry of models must do, whatever its rows lie in. */
export function registryConformance(begin: () => Promise<StoreHarness>): void {
  let harness: StoreHarness;
  let dir: string;
  beforeEach(async () => {
    harness = await begin();
    dir = mkdtempSync(join(tmpdir(), 'stepcast-registry-'));
  });
  afterEach(async () => {
    await harness.clean();
    rmSync(dir, { recursive: true, force: true });
  });

  const open = async (): Promise<{ store: StoreUnderTest; registry: FileRegistry; base: LoadedModel }> => {
    const store = await harness.open();
    const registry = new FileRegistry({ folder: join(dir, 'kept'), ledger: store.ledger, nowMs: () => startMs });
    const path = join(dir, 'base.onnx');
    writeFileSync(path, bytes(0));
    const base = { ...new ArithmeticStepper({ sha256: hash(bytes(0)), version: 1 }).model, name: 'base', path };
    registry.adopt(base, 'file');
    return { store, registry, base };
  };
  const again = async ({ store }: { store: StoreUnderTest }) => {
    await store.close();
    return open();
  };

  describe('the registry of models', () => {
    it('knows after a start what was pushed and tuned, each with its bytes and its parent', async () => {
      const first = await open();
      const pushed = await first.registry.addPushed({ name: 'base', version: 4, bytes: bytes(4) });
      const tuned = await first.registry.add({
        ...{ bytes: bytes(5), origin: 'tuned', parent: 'base@4', scope: 'shared' },
        optimiserState: bytes(50),
      });
      expect(tuned).toMatchObject({ name: 'base', version: 5, parent: 'base@4', state: 'candidate' });
      expect(pushed).toMatchObject({ version: 4, parent: 'base@1', origin: 'pushed', sha256: hash(bytes(4)) });
      const { registry } = await again(first);
      expect(registry.versions().map(({ name, version }) => `${name}@${version}`)).toEqual([
        'base@1',
        'base@4',
        'base@5',
      ]);
      expect(new Uint8Array(readFileSync(registry.path('base@4')))).toEqual(bytes(4));
      expect(new Uint8Array((await registry.optimiserState('base@5'))!)).toEqual(bytes(50));
    });

    it('keeps equal bytes of a name as one version, and refuses others under a number that is taken', async () => {
      const { registry } = await open();
      const push = (n: number) => registry.addPushed({ name: 'base', version: 2, bytes: bytes(n) });
      expect(await push(2)).toEqual(await push(2));
      await expect(push(3)).rejects.toThrow(RangeError);
      expect(registry.versions()).toHaveLength(2);
    });

    it('says of a version what its series make of it, and stands for the newest in use', async () => {
      const first = await open();
      await first.registry.addPushed({ name: 'base', version: 2, bytes: bytes(2) });
      const states = (registry: FileRegistry) => registry.versions().map(({ state }) => state);
      first.registry.settle(new Set(['base@1']), new Set(['base@2']));
      expect(states(first.registry)).toEqual(['active', 'shadow']);
      first.registry.settle(new Set(['base@2']), nobody);
      expect(states(first.registry)).toEqual(['retired', 'active']);
      expect(first.registry.standsFor('base')).toBe('base@2');
      const { registry } = await again(first);
      expect(states(registry)).toEqual(['retired', 'active']);
    });

    it('makes a refused candidate known as such, with its decision', async () => {
      const { store, registry } = await open();
      await registry.addPushed({ name: 'base', version: 2, bytes: bytes(2) });
      const refused: Decision = {
        ...{ timeMs: startMs, kind: 'gate', model: 'base@2', series: undefined, verdict: 'refused' },
        ...{ reason: 'no better', figures: { n: 3 }, durationMs: 1 },
      };
      registry.record(refused);
      await store.commit();
      expect(await harness.view('SELECT state FROM models WHERE version = 2')).toEqual([{ state: 'refused' }]);
      expect(await harness.view('SELECT model, verdict, reason FROM decisions')).toEqual([
        { model: 'base@2', verdict: 'refused', reason: 'no better' },
      ]);
    });

    it('takes a version out of use for good, and brings back what was there before it', async () => {
      const first = await open();
      await first.registry.addPushed({ name: 'base', version: 2, bytes: bytes(2) });
      first.registry.settle(new Set(['base@2']), nobody);
      first.registry.withdraw(new Set(['base@2']), 'its key is revoked');
      const { registry } = await again(first);
      expect(registry.versions().map(({ state }) => state)).toEqual(['active', 'rolled-back']);
    });
  });
}
