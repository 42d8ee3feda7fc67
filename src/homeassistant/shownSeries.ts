import { medianIndex } from '../forecast/forecastWriter.js';
import { LiveSkill } from '../metrics/liveSkill.js';
import type { Forecast } from '../pipeline/ports.js';
import {
  discoveryTopic,
  forecastTopic,
  type NodeIdentity,
  seriesDiscovery,
  seriesId,
  stateTopic,
} from './discovery.js';
import { type RetainedMessage, retained, type Send } from './retainedMessage.js';
import type { SeriesOrigin } from './seriesOrigin.js';
import { forecastAttributes, type ShownForecast, seriesState } from './seriesState.js';

const everyMs = 5_000; // a state at most: each is written to the recorder's database
const leastExpirySeconds = 600;
const mostExpirySeconds = 0x7fff_ffff;

/** One series as Home Assistant is to see it, and what of that it has yet to be told. */
export class ShownSeries {
  readonly id: string;
  readonly #identity: NodeIdentity;
  readonly #skill = new LiveSkill();
  #origin: SeriesOrigin;
  #json: Uint8Array | undefined; // the last forecast, as published
  #expirySeconds = 0;
  #isConfigDue = true;
  #sentAtMs = Number.NEGATIVE_INFINITY;
  #heardAtMs = Number.NEGATIVE_INFINITY;
  #isEnded = false;

  constructor(identity: NodeIdentity, origin: SeriesOrigin) {
    this.id = seriesId(identity, origin.series);
    this.#identity = identity;
    this.#origin = origin;
  }

  get origin(): SeriesOrigin {
    return this.#origin;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** True when it is to be shown otherwise. */
  take(origin: SeriesOrigin): boolean {
    if (JSON.stringify(origin) === JSON.stringify(this.#origin)) return false;
    this.#origin = origin;
    this.renew();
    return true;
  }

  hear({ tick, last, levels, values, horizon, stepMs, json }: Forecast, nowMs: number): void {
    this.#isEnded = false;
    this.#heardAtMs = nowMs;
    this.#skill.add(tick, last, values[medianIndex(levels)]);
    this.#json = json.slice(); // the document is part of a slab
    const spanSeconds = Math.ceil((horizon * stepMs) / 1000);
    if (spanSeconds <= this.#expirySeconds) return;
    this.#expirySeconds = Math.min(Math.max(2 * spanSeconds, leastExpirySeconds), mostExpirySeconds);
    this.#isConfigDue = true;
  }

  renew(): void {
    this.#isConfigDue = true;
    this.#sentAtMs = Number.NEGATIVE_INFINITY;
  }

  /** Whether its last forecast is still shown. */
  isFresh(nowMs: number): boolean {
    return this.#freshSeconds(nowMs) > 0;
  }

  end(): void {
    this.#isEnded = true;
  }

  isDue(nowMs: number): boolean {
    return this.#isEnded || (this.#json !== undefined && nowMs - this.#sentAtMs >= everyMs);
  }

  /** Discovery where it is due, then the state. False: not all was accepted, it is due again. */
  send(send: Send, nowMs: number): boolean {
    if (this.#isEnded) return this.#topics.every((topic) => send(retained(topic, '')));
    if (this.#isConfigDue) {
      const discovery = seriesDiscovery(this.#identity, this.#origin, this.#expirySeconds);
      if (!send(retained(discoveryTopic(this.id), JSON.stringify(discovery)))) return false;
      this.#isConfigDue = false;
    }
    if (!this.isFresh(nowMs)) return true;
    const forecast = JSON.parse(Buffer.from(this.#json!).toString()) as ShownForecast;
    const [, state, attributes] = this.#topics;
    const sent =
      send(this.#value(attributes, forecastAttributes(forecast), nowMs)) &&
      send(this.#value(state, seriesState(forecast, this.#skill.value), nowMs));
    if (sent) this.#sentAtMs = nowMs;
    return sent;
  }

  get #topics(): [string, string, string] {
    const { id } = this;
    return [discoveryTopic(id), stateTopic(this.#identity, id), forecastTopic(this.#identity, id)];
  }

  #value(topic: string, text: string, nowMs: number): RetainedMessage {
    return { ...retained(topic, text), qos: 0, expirySeconds: this.#freshSeconds(nowMs) };
  }

  #freshSeconds(nowMs: number): number {
    return Math.ceil(this.#expirySeconds - (nowMs - this.#heardAtMs) / 1000);
  }
}
