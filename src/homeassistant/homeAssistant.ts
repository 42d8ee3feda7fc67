import type { Observable } from 'rxjs';
import type { Forecast } from '../pipeline/ports.js';
import type { AnnouncedSeries } from './announcedSeries.js';
import { discoveryRoot, discoveryTopic, modelTopic, type NodeIdentity, nodeDiscovery, nodeId } from './discovery.js';
import { type ModelUpdate, modelState } from './modelUpdates.js';
import { type RetainedMessage, retained, type Send } from './retainedMessage.js';
import type { SeriesOrigin } from './seriesOrigin.js';
import { ShownSeries } from './shownSeries.js';

interface HeardMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  acknowledge(): void;
}

/** The part of the connection that is needed. What it does not accept is offered again. */
export interface HomeAssistantBroker {
  publish(message: RetainedMessage): boolean;
  subscribe(filters: readonly string[], listener: (message: HeardMessage) => boolean): void;
  /** Subscribes to what can be done without; the function returned unsubscribes. */
  watch(
    filters: readonly string[],
    listener: (message: HeardMessage) => boolean,
    refused: (filters: readonly string[]) => void,
  ): () => void;
  readonly ready$: Observable<void>;
}

export interface HomeAssistantOptions {
  readonly broker: HomeAssistantBroker;
  readonly identity: NodeIdentity;
  readonly announced: AnnouncedSeries;
  /** Whether what comes from there still has this name. */
  readonly isNamed: (origin: SeriesOrigin) => boolean;
  /** Whether there are readings of it. */
  readonly isKept: (series: string) => boolean;
  readonly elapsedMs: () => number;
  /** The broker does not let it hear of Home Assistant's start. */
  readonly onDeaf: () => void;
}

const passMs = 250;
const mostAPass = 200; // messages: a thousand series are announced within seconds, and nobody is flooded
const reviewMs = 60_000;
const statusTopic = `${discoveryRoot}/status`;

/**
 * Shows series and pushed models to Home Assistant: discovery and states, retained, sent by and by; again when it comes online. Off, it takes
 * back what an earlier run announced.
 */
export class HomeAssistant {
  readonly #options: HomeAssistantOptions;
  readonly #origins = new Map<string, SeriesOrigin>();
  readonly #shown = new Map<string, ShownSeries>();
  readonly #due = new Set<ShownSeries>();
  readonly #models = new Map<string, string>(); // what their state topics are to say
  readonly #formerModels = new Set<string>();
  readonly #dueModels = new Set<string>();
  #isOn = false;
  #isListChanged = false;
  #isNodeDue = false;
  #timers: NodeJS.Timeout[] = [];
  #stopHearing = (): void => {};
  #stopWatching = (): void => {};

  readonly #hear = (message: HeardMessage): boolean => {
    const isOurs = message.topic.startsWith(`${discoveryRoot}/device/stepcast_`);
    if (message.topic !== statusTopic && !isOurs) return false;
    if (!isOurs && Buffer.from(message.payload).toString() === 'online') this.renew();
    message.acknowledge();
    return true;
  };

  /** Takes what is Home Assistant's from now on: made before whoever takes every topic there is. */
  constructor(options: HomeAssistantOptions) {
    this.#options = options;
    options.broker.subscribe([], this.#hear);
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  start(isOn: boolean): void {
    const announced = this.#options.announced.read();
    for (const origin of announced ?? []) this.#show(origin);
    const ready = this.#options.broker.ready$.subscribe(() => this.#pass());
    this.#stopHearing = () => ready.unsubscribe();
    this.#timers = [setInterval(() => this.#pass(), passMs), setInterval(() => this.review(), reviewMs)];
    if (isOn) this.turn(true);
    else if (announced) this.#takeBack();
  }

  turn(isOn: boolean): void {
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    if (!isOn) {
      this.#stopWatching();
      this.#takeBack();
      return;
    }
    this.#stopWatching = this.#options.broker.watch([statusTopic], this.#hear, this.#options.onDeaf);
    this.#isListChanged = true;
    this.renew();
    this.review();
  }

  /** A series was heard under this name: again whenever its settings may have changed. */
  named(origin: SeriesOrigin): void {
    this.#origins.set(origin.series, origin);
    const shown = this.#shown.get(origin.series);
    if (shown?.take(origin)) this.#due.add(shown);
  }

  publish(forecasts: readonly Forecast[]): void {
    if (!this.#isOn) return;
    for (const forecast of forecasts) {
      let shown = this.#shown.get(forecast.seriesId);
      const origin = this.#origins.get(forecast.seriesId);
      if (!shown && origin) shown = this.#show(origin);
      if (!shown) continue;
      shown.hear(forecast, this.#options.elapsedMs());
      this.#due.add(shown);
    }
  }

  models(updates: readonly ModelUpdate[]): void {
    const names = new Set(updates.map(({ name }) => name));
    for (const name of this.#models.keys()) {
      if (names.has(name)) continue;
      this.#models.delete(name);
      this.#formerModels.add(name);
      this.#dueModels.add(name);
      this.#isNodeDue = true;
    }
    for (const update of updates) {
      const { name } = update;
      const text = modelState(update);
      if (this.#models.get(name) === text) continue;
      if (!this.#models.has(name)) this.#isNodeDue = true;
      this.#formerModels.delete(name);
      this.#models.set(name, text);
      this.#dueModels.add(name);
    }
  }

  /** Everything again: Home Assistant has started, or the broker has forgotten. */
  renew(): void {
    if (!this.#isOn) return;
    this.#isNodeDue = true;
    for (const name of this.#models.keys()) this.#dueModels.add(name);
    for (const shown of this.#shown.values()) {
      shown.renew();
      this.#due.add(shown);
    }
  }

  /** Takes back what is not there any more. */
  review(): void {
    if (!this.#isOn) return;
    const { isNamed, isKept, elapsedMs } = this.#options;
    for (const shown of this.#shown.values()) {
      const { origin } = shown;
      if (!isNamed(origin) || !(isKept(origin.series) || shown.isFresh(elapsedMs()))) this.#end(shown);
    }
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#stopHearing();
    this.#remember();
  }

  #show(origin: SeriesOrigin): ShownSeries {
    const shown = new ShownSeries(this.#options.identity, origin);
    this.#shown.set(origin.series, shown);
    this.#isListChanged = true;
    return shown;
  }

  #end(shown: ShownSeries): void {
    shown.end();
    this.#due.add(shown);
  }

  #takeBack(): void {
    for (const shown of this.#shown.values()) this.#end(shown);
    for (const name of this.#models.keys()) this.#dueModels.add(name);
    this.#isNodeDue = this.#isListChanged = true;
  }

  /** Sends what is due, as much as is accepted. */
  #pass(): void {
    const { broker, elapsedMs } = this.#options;
    let left = mostAPass;
    const send: Send = (message) => left-- > 0 && broker.publish(message);
    if (this.#isNodeDue && !this.#sendNode(send)) return;
    for (const name of this.#dueModels) {
      const topic = modelTopic(this.#options.identity, name);
      if (!send(retained(topic, (this.#isOn && this.#models.get(name)) || ''))) return;
      this.#dueModels.delete(name);
    }
    const nowMs = elapsedMs();
    this.#remember(); // before they are announced: a kill in between leaves nothing behind
    for (const shown of this.#due) {
      if (!shown.isDue(nowMs)) continue;
      if (!shown.send(send, nowMs)) break;
      this.#due.delete(shown);
      if (shown.isEnded) this.#forget(shown);
    }
    this.#remember();
  }

  #forget({ origin }: ShownSeries): void {
    this.#shown.delete(origin.series);
    this.#isListChanged = true;
  }

  #remember(): void {
    if (!this.#isListChanged) return;
    this.#isListChanged = false;
    const origins = [...this.#shown.values()].map(({ origin }) => origin);
    this.#options.announced.write(this.#isOn || origins.length > 0 ? origins : undefined);
  }

  #sendNode(send: Send): boolean {
    const { identity } = this.#options;
    const discovery = nodeDiscovery(identity, [...this.#models.keys()], [...this.#formerModels]);
    const text = this.#isOn ? JSON.stringify(discovery) : '';
    if (!send(retained(discoveryTopic(nodeId(identity)), text))) return false;
    this.#isNodeDue = false;
    return true;
  }
}
