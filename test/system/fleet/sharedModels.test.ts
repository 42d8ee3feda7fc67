import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPostgresStore, type PostgresStore } from '../../../src/postgres/postgresStore.js';
import { FileRegistry } from '../../../src/registry/fileRegistry.js';
import { eventually } from '../crash/support/eventually.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';

const bytes = (n: number): Uint8Array => Uint8Array.of(3, 1, 4, n);
const hash = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
const nobody: ReadonlySet<string> = new Set();

/** What one worker has of models. */
interface Worker {
  readonly store: PostgresStore;
  readonly registry: FileRegistry;
  readonly folder: string;
}

describe('models that workers share in a database', () => {
  let server: PostgresServer;
  let url: string;
  let dir: string;
  let databases = 0;
  const workers: Worker[] = [];
  const begin = async (): Promise<Worker> => {
    const store = await openPostgresStore({ url });
    const folder = join(dir, `${workers.length}-models`);
    const registry = new FileRegistry({ folder, ledger: store.ledger, nowMs: () => 7 });
    store.models.listen(() => registry.reread());
    workers.push({ store, registry, folder });
    return workers.at(-1)!;
  };
  const query = async (sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql, values)).rows;
    } finally {
      await client.end();
    }
  };
  const stateAt = ({ registry }: Worker, version: number) =>
    registry.versions().find((one) => one.name === 'base' && one.version === version)?.state;
  const push = ({ registry }: Worker, n: number) => registry.addPushed({ name: 'base', version: n, bytes: bytes(n) });

  beforeAll(async () => {
    server = await startPostgres(['fsync = off']);
  }, 120_000);
  afterAll(() => server?.stop());
  beforeEach(async () => {
    url = await server.database(`models_${++databases}`);
    dir = mkdtempSync(join(tmpdir(), 'stepcast-models-'));
  });
  afterEach(async () => {
    for (const { store } of workers.splice(0)) await store.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('are known to another worker unasked, and their files come to it by hash', async () => {
    const [one, other] = [await begin(), await begin()];
    const { sha256 } = await push(one, 1);
    expect(sha256).toBe(hash(bytes(1)));
    await eventually('the other knows it', () => stateAt(other, 1) === 'candidate');
    expect(existsSync(other.folder)).toBe(false);
    await Promise.all([other.registry.fetch('base@1'), other.registry.fetch('base@1')]);
    expect(new Uint8Array(readFileSync(join(other.folder, `${sha256}.onnx`)))).toEqual(bytes(1));
    expect(new Uint8Array(await other.registry.bytes('base@1'))).toEqual(bytes(1));
  });

  it('are known to a worker whose notices are lost', async () => {
    const [one, other] = [await begin(), await begin()];
    await push(one, 1);
    await eventually('the other knows it', () => stateAt(other, 1) === 'candidate');
    await query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'stepcast models'");
    await push(one, 2);
    await eventually('the other knows the next', () => stateAt(other, 2) === 'candidate');
  });

  it('are not taken when the database keeps another file under their hash', async () => {
    const one = await begin();
    await push(one, 1);
    await query('UPDATE model_file SET bytes = $1', [Buffer.from(bytes(9))]);
    const other = await begin();
    await expect(other.registry.bytes('base@1')).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    expect(existsSync(other.folder)).toBe(false);
  });

  it('stand for one file alone, though two workers give a number to two', async () => {
    const [one, other] = [await begin(), await begin()];
    const row = { name: 'base', version: 1, state: 'active', origin: 'file', createdMs: 7, parent: undefined } as const;
    one.store.ledger.write({ versions: [{ ...row, sha256: 'aa' }] });
    await one.store.ledger.shared!.written();
    other.store.ledger.write({ versions: [{ ...row, sha256: 'bb' }] });
    await other.store.ledger.shared!.written();
    expect(await query('SELECT sha256 FROM models')).toEqual([{ sha256: 'aa' }]);
  });

  it('are in use as long as any worker has a series on them', async () => {
    const [one, other] = [await begin(), await begin()];
    const { sha256 } = await push(one, 1);
    await query("INSERT INTO snapshot VALUES (1, 1, 1, $1, '')", [sha256]);
    one.registry.settle(new Set(['base@1']), nobody);
    await eventually('it is in use', () => stateAt(other, 1) === 'active');
    other.registry.settle(nobody, nobody);
    expect(stateAt(other, 1)).toBe('active');
    await push(one, 2);
    one.registry.settle(new Set(['base@2']), nobody);
    expect(stateAt(one, 1)).toBe('active');
    await query('UPDATE snapshot SET model = $1', [hash(bytes(2))]);
    await eventually('the last series has left it', () => {
      one.registry.settle(new Set(['base@2']), nobody);
      return stateAt(one, 1) === 'retired';
    });
    await eventually('the other knows', () => stateAt(other, 1) === 'retired' && stateAt(other, 2) === 'active');
  });

  it('go from the database once nothing needs them, an hour after they came', async () => {
    const one = await begin();
    for (const n of [1, 2, 3, 4]) await push(one, n);
    one.registry.withdraw(new Set(['base@1']), 'test');
    await query("UPDATE model_file SET stored = stored - interval '2 hours'");
    await push(one, 5);
    const kept = async () => (await query('SELECT sha256 FROM model_file')).map(({ sha256 }) => sha256);
    await eventually('the first has gone', async () => !(await kept()).includes(hash(bytes(1))));
    expect((await kept()).sort()).toEqual([2, 3, 4, 5].map((n) => hash(bytes(n))).sort());
  });

  it('are locked by one worker at a time, and a lock goes with its connection', async () => {
    const [one, other] = [await begin(), await begin()];
    const lost: string[] = [];
    const take = ({ store }: Worker, who: string) => store.models.tryLock('base', () => lost.push(who));
    await eventually('one has it', () => take(one, 'one'));
    await eventually('the other has another', () => other.store.models.tryLock('another', () => {}));
    expect(await take(one, 'one')).toBe(true);
    for (let again = 0; again < 3; again++) expect(await take(other, 'other')).toBe(false);
    await other.store.models.unlock('another');
    await query(`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE classid = ${0x4d4f_444c} AND granted`);
    await eventually('the other has it', () => take(other, 'other'));
    await eventually('one is told', () => lost.length > 0);
    expect(lost).toEqual(['one']);
    await other.store.models.unlock('base');
    await eventually('one has it again', () => take(one, 'one'));
  });
});
