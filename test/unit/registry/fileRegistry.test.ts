import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LoadedModel, modelLabel } from '../../../src/forecast/modelContract.js';
import type { Decision, ModelLedger, ModelVersion } from '../../../src/pipeline/modelVersions.js';
import { FileRegistry } from '../../../src/registry/fileRegistry.js';
import { ArithmeticStepper } from '../../support/arithmeticStepper.js';

/** The port in memory: what was written is what a later registry finds. */
class MemoryLedger implements ModelLedger {
  readonly rows = new Map<string, ModelVersion>();
  readonly decisions: Decision[] = [];
  inUse = new Set<string>();
  versions = (): ModelVersion[] => [...this.rows.values()];
  hashesInUse = (): Set<string> => this.inUse;
  requests = () => [];
  write: ModelLedger['write'] = ({ versions = [], decisions = [] }) => {
    for (const version of versions) this.rows.set(modelLabel(version), version);
    this.decisions.push(...decisions);
  };
}

let dir: string;
let ledger: MemoryLedger;
let registry: FileRegistry;
const folder = (): string => join(dir, 'test.db-models');
const begin = (): FileRegistry => new FileRegistry({ folder: folder(), ledger, nowMs: () => 7 });
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const bytes = (n: number): Uint8Array => Uint8Array.of(1, 2, n);

/** A file of the models folder. */
function base(content: Uint8Array, name = 'base', version = 1): LoadedModel {
  const path = join(dir, `${name}.onnx`);
  writeFileSync(path, content);
  return { ...new ArithmeticStepper({ sha256: hash(content), version }).model, name, path };
}

const tune = (n: number, parent = 'base@1', scope: 'shared' | { series: string } = 'shared') =>
  registry.add({ bytes: bytes(n), origin: 'tuned', parent, scope, optimiserState: Uint8Array.of(n) });

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'stepcast-registry-'));
  ledger = new MemoryLedger();
  registry = begin();
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('removes nothing of a version that is still being written', async () => {
  registry.adopt(base(bytes(0)), 'shipped');
  const adding = tune(1);
  for (let left = 10_000; left > 0 && !registry.versions().some(({ version }) => version === 2); left--) {
    registry.prune();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { sha256 } = await adding;
  expect(readdirSync(folder()).sort()).toEqual(
    [`${hash(bytes(0))}.onnx`, `${sha256}.moments`, `${sha256}.onnx`].sort(),
  );
});

describe('a file of the models folder', () => {
  it('is the version it says it is, and the same one at every start', () => {
    expect(registry.adopt(base(bytes(0)), 'shipped')).toBe(1);
    expect(begin().adopt(base(bytes(0)), 'shipped')).toBe(1);
    expect(registry.versions()).toEqual([
      {
        name: 'base',
        version: 1,
        sha256: hash(bytes(0)),
        state: 'active',
        origin: 'shipped',
        createdMs: 7,
        parent: undefined,
      },
    ]);
    expect(existsSync(folder())).toBe(false);
  });

  it('is the next version once its content is another, whatever number it bears', async () => {
    registry.adopt(base(bytes(0)), 'shipped');
    await tune(1);
    registry = begin();
    expect(registry.adopt(base(bytes(9)), 'shipped')).toBe(3);
    expect(registry.standsFor('base')).toBe('base@3');
  });
});

describe('a version that is added', () => {
  beforeEach(() => registry.adopt(base(bytes(0)), 'shipped'));

  it('is a file named by its hash, with the state of its optimiser beside it', async () => {
    const version = await tune(1);
    expect(version).toMatchObject({ name: 'base', version: 2, state: 'candidate', origin: 'tuned', parent: 'base@1' });
    expect(readFileSync(join(folder(), `${hash(bytes(1))}.onnx`))).toEqual(Buffer.from(bytes(1)));
    expect(await registry.bytes('base@2')).toEqual(new Uint8Array(bytes(1)));
    expect(await registry.optimiserState('base@2')).toEqual(Buffer.of(1));
    expect(await registry.optimiserState('base@1')).toBeUndefined();
    expect(begin().versions()).toEqual(registry.versions());
  });

  it('keeps its parent, which an update may replace in the models folder', async () => {
    await tune(1);
    base(bytes(9));
    expect(await registry.bytes('base@1')).toEqual(new Uint8Array(bytes(0)));
  });

  it('is a version of its series’ own name where it is that series’ own, and so is what comes of it', async () => {
    expect(modelLabel(await tune(1, 'base@1', { series: 'a@b:c' }))).toBe('base:a@b:c@1');
    expect(modelLabel(await tune(2, 'base:a@b:c@1', { series: 'a@b:c' }))).toBe('base:a@b:c@2');
    expect(modelLabel(await tune(3, 'base:a@b:c@2'))).toBe('base@2');
  });

  it('is the version that is there where its bytes are', async () => {
    expect(await tune(1)).toEqual(await tune(1));
    expect(registry.versions()).toHaveLength(2);
  });

  it('is refused by a decision, and stays to be looked at', async () => {
    await tune(1);
    const decision: Decision = {
      ...{ timeMs: 1, kind: 'gate', model: 'base@2', series: 'a', verdict: 'refused', reason: 'worse', figures: {} },
      durationMs: 5,
    };
    registry.record(decision);
    expect(ledger.decisions).toEqual([decision]);
    expect(ledger.rows.get('base@2')?.state).toBe('refused');
    expect(existsSync(registry.path('base@2'))).toBe(true);
  });

  it('of which there is none cannot be had', () => {
    expect(() => registry.path('base@5')).toThrow('there is no such version');
  });
});

describe('versions that are withdrawn', () => {
  const push = (version: number) => registry.addPushed({ name: 'pump', version, bytes: bytes(version) });
  const states = (): string[] => registry.versions().map((one) => `${modelLabel(one)} ${one.state}`);
  const use = (...labels: string[]): void => registry.settle(new Set(labels), new Set());
  const withdraw = (...labels: string[]): void => registry.withdraw(new Set(labels), 'the key is revoked');

  beforeEach(async () => {
    for (const version of [1, 2, 3]) {
      await push(version);
      use(`pump@${version}`);
    }
    expect(states()).toEqual(['pump@1 retired', 'pump@2 retired', 'pump@3 active']);
  });

  it('leave their name to the one before them', () => {
    withdraw('pump@3');
    expect(states()).toEqual(['pump@1 retired', 'pump@2 active', 'pump@3 rolled-back']);
    expect(registry.standsFor('pump')).toBe('pump@2');
    expect(ledger.decisions).toMatchObject([
      { kind: 'rollback', model: 'pump@3', verdict: 'rolled-back', reason: 'the key is revoked' },
    ]);
  });

  it('leave it to none that is withdrawn with them, nor to one that did worse, nor to one that is gone', async () => {
    withdraw('pump@2', 'pump@3');
    expect(registry.standsFor('pump')).toBe('pump@1');
    rmSync(registry.path('pump@1'));
    withdraw('pump@1');
    expect(registry.standsFor('pump')).toBeUndefined();
  });

  it('are not used once their trial is over, and are withdrawn once', async () => {
    await push(4);
    withdraw('pump@4');
    withdraw('pump@4');
    use('pump@3');
    expect(states().at(-1)).toBe('pump@4 refused');
    expect(registry.standsFor('pump')).toBe('pump@3');
    expect(ledger.decisions).toHaveLength(1);
  });
});

describe('the state of a version', () => {
  const states = (): string[] => registry.versions().map((one) => `${one.version} ${one.state}`);
  const decide = (model: string, verdict: Decision['verdict']): void =>
    registry.note({
      ...{ timeMs: 1, kind: 'probation', model, series: 'a', verdict },
      reason: '',
      figures: {},
      durationMs: 0,
    });

  beforeEach(async () => {
    registry.adopt(base(bytes(0)), 'shipped');
    await tune(1);
  });

  it('follows what series are stepped through', () => {
    registry.settle(new Set(['base@1']), new Set());
    expect(states()).toEqual(['1 active', '2 candidate']);
    registry.settle(new Set(['base@1', 'base@2']), new Set());
    expect(states()).toEqual(['1 active', '2 active']);
    registry.settle(new Set(['base@2']), new Set());
    expect(states()).toEqual(['1 retired', '2 active']);
    expect(registry.standsFor('base')).toBe('base@2');
  });

  it('is rolled-back, not retired, where a trial or a person said so', () => {
    registry.settle(new Set(['base@2']), new Set());
    decide('base@2', 'rolled-back');
    registry.settle(new Set(['base@1']), new Set());
    expect(states()).toEqual(['1 active', '2 rolled-back']);
    expect(registry.standsFor('base')).toBe('base@1');
  });

  it('is shadow while a series tries it, and refused when none took it', () => {
    registry.settle(new Set(['base@1']), new Set(['base@2']));
    expect(states()).toEqual(['1 active', '2 shadow']);
    registry.settle(new Set(['base@1']), new Set());
    expect(states()).toEqual(['1 active', '2 refused']);
  });

  it('of a file in the models folder is active though no series uses it yet', () => {
    registry.settle(new Set(), new Set());
    expect(states()).toEqual(['1 active', '2 candidate']);
  });
});

it('old files go by rule, interrupted writes with them; their versions stay known', async () => {
  registry.adopt(base(bytes(0)), 'shipped');
  for (let n = 1; n <= 6; n++) {
    const { version } = await tune(n);
    registry.settle(new Set([`base@${version}`]), new Set());
  }
  writeFileSync(join(folder(), `${hash(bytes(6))}.onnx.77.part`), 'half');
  registry.prune();
  const kept = readdirSync(folder()).filter((file) => file.endsWith('.onnx'));
  expect(kept.sort()).toEqual([0, 4, 5, 6].map((n) => `${hash(bytes(n))}.onnx`).sort()); // the parent of the last is the first
  expect(readdirSync(folder()).some((file) => file.endsWith('.part'))).toBe(false);
  expect(registry.versions()).toHaveLength(7);
  expect(() => registry.path('base@3')).toThrow('its file is no longer kept');
});
