import type { Config } from '../config/config.js';
import type { ApiHealth, ApiNode } from '../http/api.js';
import type { Heard } from '../http/liveTap.js';

/** What the thread of the interface begins with. */
export interface HttpThreadOrder {
  readonly http: Config['http'];
  readonly db: string;
  readonly hasMetrics: boolean;
  readonly aheadMs: number; // the daemon's clock, of this machine's
}

/** What the daemon alone can say. */
export interface DaemonSays {
  readonly state: { readonly node: ApiNode; readonly health: ApiHealth };
  readonly health: ApiHealth; // all that the health topic says
  readonly metrics: string;
}

export type ToHttpThread =
  | { readonly kind: 'answer'; readonly what: keyof DaemonSays; readonly value: unknown }
  | { readonly kind: 'failure'; readonly what: keyof DaemonSays; readonly message: string }
  | { readonly kind: 'heard'; readonly heard: Heard }
  | { readonly kind: 'beat'; readonly aheadMs: number }
  | { readonly kind: 'stop' };

export type FromHttpThread =
  | { readonly kind: 'ask'; readonly what: keyof DaemonSays }
  | { readonly kind: 'listeners'; readonly wanted: readonly string[] | undefined }
  | { readonly kind: 'taken' } // what was heard
  | { readonly kind: 'beat' }
  | {
      readonly kind: 'log';
      readonly level: 'info' | 'error';
      readonly details: object;
      readonly message: string;
    };
