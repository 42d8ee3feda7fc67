import mqtt from 'mqtt';
import { type DeviceDiscovery, deviceDiscovery, discoveryTopicPattern } from '../../../reference/homeAssistant.js';
import { renderTemplates } from './renderTemplates.js';

/** An entity as a user sees it. */
export interface Shown {
  readonly entityId: string;
  readonly device: string;
  readonly available: boolean;
  readonly state: string | undefined; // undefined: unknown
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly attributeBytes: number;
  readonly unit: string | undefined;
}

interface Field {
  readonly topic: string;
  readonly template: string;
}

/** An MQTT client that does what Home Assistant's documentation says: discovery, one entity a unique id, templates, availability. */
export class HomeAssistantClient {
  readonly problems: string[] = [];
  readonly #client: mqtt.MqttClient;
  readonly #devices = new Map<string, DeviceDiscovery>(); // by discovery topic
  readonly #payloads = new Map<string, string>();
  #heard = 0;

  static async start(port: number): Promise<HomeAssistantClient> {
    const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, { clean: true, reconnectPeriod: 100 });
    const home = new HomeAssistantClient(client);
    await new Promise<void>((resolve) => client.once('connect', () => resolve()));
    await client.subscribeAsync(['homeassistant/+/+/config', 'homeassistant/+/+/+/config'], { qos: 1 });
    return home;
  }

  private constructor(client: mqtt.MqttClient) {
    this.#client = client;
    client.on('error', () => {});
    client.on('message', (topic, payload) => this.#hear(topic, payload.toString()));
  }

  /** Messages of discovery and state so far. */
  get heard(): number {
    return this.#heard;
  }

  /** The birth message. */
  async comeOnline(): Promise<void> {
    await this.#client.publishAsync('homeassistant/status', 'online', { qos: 1, retain: true });
  }

  get devices(): readonly DeviceDiscovery[] {
    return [...this.#devices.values()];
  }

  entities(): Shown[] {
    const found = [...this.#devices.values()].flatMap((device) =>
      Object.values(device.components).flatMap((component) =>
        'unique_id' in component ? [{ device, component }] : [],
      ),
    );
    const ids = found.map(({ component }) => component.unique_id);
    if (new Set(ids).size < ids.length) throw new Error('two entities with one unique id');
    const fields = found.map(({ device, component }) => ({
      state: this.#field(component.state_topic ?? device.state_topic, component.value_template),
      attributes: this.#field(component.json_attributes_topic, component.json_attributes_template),
      availability: (device.availability ?? []).map(({ topic, value_template }) => this.#field(topic, value_template)),
    }));
    const asked = fields.flatMap(({ state, attributes, availability }) => [state, attributes, ...availability]);
    const known = asked.flatMap((field) => (field && this.#payloads.has(field.topic) ? [field] : []));
    const rendered = renderTemplates(
      known.map(({ topic, template }) => ({ template, payload: this.#payloads.get(topic)! })),
    );
    const answers = new Map(known.map((field, i) => [field, rendered[i]]));
    return found.map(({ device, component }, i) => {
      const { state, attributes, availability } = fields[i];
      const text = attributes && answers.get(attributes);
      const shown = state && answers.get(state);
      return {
        entityId: component.default_entity_id ?? '',
        device: device.device.name ?? '',
        available: availability.every((field) => field && answers.get(field) === 'online'),
        state: shown === 'None' ? undefined : shown,
        attributes: text ? (JSON.parse(text) as Record<string, unknown>) : {},
        attributeBytes: Buffer.byteLength(text ?? ''),
        unit: 'unit_of_measurement' in component ? component.unit_of_measurement : undefined,
      };
    });
  }

  async end(): Promise<void> {
    await this.#client.endAsync(true);
  }

  #field(topic: string | undefined, template = '{{ value }}'): Field | undefined {
    return topic === undefined ? undefined : { topic, template };
  }

  #hear(topic: string, text: string): void {
    this.#heard++;
    if (!topic.endsWith('/config') || !topic.startsWith('homeassistant/')) {
      if (text === '') this.#payloads.delete(topic);
      else this.#payloads.set(topic, text);
      return;
    }
    if (!discoveryTopicPattern.test(topic)) this.problems.push(`no discovery topic: ${topic}`);
    if (text === '') {
      this.#devices.delete(topic);
      return;
    }
    const { success, data, error } = deviceDiscovery.safeParse(JSON.parse(text));
    if (!success) {
      this.problems.push(`${topic}: ${error.message}`);
      return;
    }
    this.#devices.set(topic, data);
    const topics = [data, ...Object.values(data.components)].flatMap((part) => {
      const { state_topic, json_attributes_topic } = part as { state_topic?: string; json_attributes_topic?: string };
      return [state_topic, json_attributes_topic].flatMap((wanted) => wanted ?? []);
    });
    const wanted = [...topics, ...(data.availability ?? []).map((one) => one.topic)];
    this.#client.subscribe(wanted, { qos: 1 }, (failure) => {
      if (failure) this.problems.push(failure.message);
    });
  }
}
