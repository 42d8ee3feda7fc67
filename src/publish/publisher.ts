import type { Observable } from 'rxjs';

export interface Route {
  readonly topic: string;
  readonly qos: 0 | 1;
  readonly retain: boolean;
  readonly contentType?: string;
  readonly expirySeconds?: number;
}

/** Where messages go out. It keeps nothing: what it does not accept must be offered again. */
export interface Publisher {
  /** A way to send to one topic often; the sender it returns says whether the message was accepted. */
  route(route: Route): (payload: Uint8Array) => boolean;
  publish(message: Route & { readonly payload: Uint8Array }): boolean;
  /** Messages may be accepted again. */
  readonly ready$: Observable<void>;
  setStatus(status: string): void;
}
