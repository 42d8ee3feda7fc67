import Database from 'better-sqlite3';
import { describe } from 'vitest';
import { storeConformance } from '../../conformance/store.js';
import { StoreFixture } from '../../support/storeFixture.js';

describe('the SQLite store', () => {
  storeConformance(async () => {
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
  });
});
