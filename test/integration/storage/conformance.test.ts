import Database from 'better-sqlite3';
import { describe } from 'vitest';
import { registryConformance } from '../../conformance/registry.js';
import { type StoreHarness, storeConformance } from '../../conformance/store.js';
import { StoreFixture } from '../../support/storeFixture.js';

describe('the SQLite store', () => {
  const begin = async (): Promise<StoreHarness> => {
    const fixture = new StoreFixture();
    return {
      open: () => fixture.open(),
      view: async (sql) => {
        const db = new Database(fixture.path, { readonly: true });
        try {
          return db.prepare(sql).all() as Record<string, unknown>[];
        } finally {
          db.close();
        }
      },
      clean: () => fixture.clean(),
    };
  };
  storeConformance(begin);
  registryConformance(begin);
});
