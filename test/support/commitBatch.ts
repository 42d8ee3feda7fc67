import type { CommitBatch, Store } from '../../src/pipeline/ports.js';

/** One batch in a commit of its own. */
export function commitBatch(store: Pick<Store, 'stage' | 'commit'>, batch: CommitBatch): Promise<void> {
  store.stage(batch);
  return store.commit();
}
