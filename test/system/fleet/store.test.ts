import pg from 'pg';
import { afterAll, beforeAll, describe } from 'vitest';
import { openPostgresStore, type PostgresStore } from '../../../src/postgres/postgresStore.js';
import { registryConformance } from '../../conformance/registry.js';
import { type StoreHarness, storeConformance } from '../../conformance/store.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';

let server: PostgresServer;
let databases = 0;
beforeAll(async () => {
  server = await startPostgres(['fsync = off']); // nothing here pulls the plug
});
afterAll(() => server?.stop());

const asNumbers = {
  getTypeParser: (oid: number, format?: 'text') => (oid === 20 ? Number : pg.types.getTypeParser(oid, format)),
};

describe('the PostgreSQL store', () => {
  const begin = async (): Promise<StoreHarness> => {
    const url = await server.database(`conformance_${++databases}`);
    const open: PostgresStore[] = [];
    return {
      open: async () => {
        const store = await openPostgresStore({ url });
        open.push(store);
        return store;
      },
      view: async (sql) => {
        const client = new pg.Client({ connectionString: url, types: asNumbers as never });
        await client.connect();
        try {
          return (await client.query(sql)).rows;
        } finally {
          await client.end();
        }
      },
      clean: async () => {
        for (const store of open) await store.close();
      },
    };
  };
  storeConformance(begin);
  registryConformance(begin);
});
