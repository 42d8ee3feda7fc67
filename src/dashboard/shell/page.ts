import type { ApiLiveEvents } from '../../http/api.js';
import type { ApiClient } from '../api/apiClient.js';

/** What a page is given, and what it can hear. */
export interface PageContext {
  readonly client: ApiClient;
  readonly main: HTMLElement; // empty, its own
  readonly signal: AbortSignal; // aborted when another page comes
}

/**
 * What a page does with events. `hello` comes first: what is read from then on, and what is heard, leave nothing out. It comes again after
 * every interruption, and then everything is read anew.
 */
export type Page = { readonly [K in keyof ApiLiveEvents]?: (event: ApiLiveEvents[K]) => void };
