import type { FeedStatus } from '../api/liveFeed.js';
import { h } from '../dom/h.js';
import { setText } from '../dom/setText.js';

const words: Readonly<Record<FeedStatus, string>> = { connecting: 'connecting', live: 'live', lost: 'no connection' };

/** A word in the header, and a line across the page while the daemon does not answer. */
export class ConnectionState {
  readonly badge = h('p', { class: 'connection', 'data-status': 'connecting' }, words.connecting);
  readonly banner = h('p', { class: 'banner', role: 'status', hidden: true });
  #liveMs: number | undefined;

  show(status: FeedStatus): void {
    this.badge.dataset.status = status;
    setText(this.badge, words[status]);
    if (status === 'live') this.#liveMs = undefined;
    if (status === 'lost') this.#liveMs ??= Date.now();
    this.banner.hidden = this.#liveMs === undefined;
    if (this.#liveMs === undefined) return;
    const since = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' }).format(this.#liveMs);
    setText(
      this.banner,
      `The daemon does not answer since ${since}. What you see is from before; this page goes on by itself once it is back.`,
    );
  }
}
