import { slug, stableId } from './ids.js';
import { type SeriesOrigin, sourceDevice } from './seriesOrigin.js';

export interface NodeIdentity {
  readonly prefix: string; // of the topics
  readonly node: string;
  readonly version: string;
}

/** A retained message of device discovery: `homeassistant/device/<id>/config`. */
export interface Discovery {
  readonly device: Readonly<Record<string, unknown>>;
  readonly origin: Readonly<Record<string, unknown>>;
  readonly availability: readonly Readonly<Record<string, string>>[];
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly state_topic?: string;
}

export const discoveryRoot = 'homeassistant';
export const discoveryTopic = (id: string): string => `${discoveryRoot}/device/${id}/config`;

const longestName = 120;
const named = (name: string): string => (name.length > longestName ? `${name.slice(0, longestName - 1)}…` : name);

export const nodeId = ({ prefix, node }: NodeIdentity): string => stableId(prefix, node);
export const seriesId = ({ prefix, node }: NodeIdentity, series: string): string => stableId(prefix, node, series);
export const baseTopic = ({ prefix, node }: NodeIdentity): string => `${prefix}/${node}/homeassistant`;
export const stateTopic = (identity: NodeIdentity, id: string): string => `${baseTopic(identity)}/${id}/state`;
export const forecastTopic = (identity: NodeIdentity, id: string): string => `${baseTopic(identity)}/${id}/forecast`;

/** The daemon publishes online, degraded and offline: what is degraded still forecasts. */
const frame = ({ prefix, node, version }: NodeIdentity) => ({
  origin: { name: 'stepcast', sw_version: version },
  availability: [
    {
      topic: `${prefix}/${node}/status`,
      value_template: "{{ 'offline' if value == 'offline' else 'online' }}",
    },
  ],
});

/** Sums and meters: Home Assistant takes no `measurement` of them. */
const unmeasured = new Set(['energy', 'gas', 'monetary', 'reactive_energy', 'volume', 'water', 'wind_direction']);

/** The sensors of one series, under the device it is a part of. A value that is not renewed for `expireSeconds` is not shown any more. */
export const seriesDiscovery = (identity: NodeIdentity, origin: SeriesOrigin, expireSeconds: number): Discovery => {
  const { unit, deviceClass, series } = origin;
  const id = seriesId(identity, series);
  const { name, entity } = sourceDevice(origin);
  const value = {
    ...(unit !== undefined && { unit_of_measurement: unit }),
    ...(deviceClass !== undefined && { device_class: deviceClass }),
    ...(!unmeasured.has(deviceClass ?? '') && { state_class: 'measurement' }),
  };
  const sensor = (key: string, label: string, more: object) => [
    key,
    {
      platform: 'sensor',
      unique_id: `${id}_${key}`,
      default_entity_id: `sensor.${slug(series) || id}_forecast_${key}`,
      name: named(entity ? `${entity} ${label}` : label),
      value_template: `{{ value_json.${key} }}`,
      expire_after: expireSeconds,
      ...more,
    },
  ];
  return {
    device: {
      identifiers: [stableId(identity.prefix, identity.node, 'device', name)],
      name: named(name),
      manufacturer: 'stepcast',
      model: 'Forecasts',
      via_device: nodeId(identity),
    },
    ...frame(identity),
    state_topic: stateTopic(identity, id),
    components: Object.fromEntries([
      sensor('next', 'forecast', { ...value, json_attributes_topic: forecastTopic(identity, id) }),
      sensor('end', 'forecast at the horizon', value),
      sensor('low', 'forecast low', value),
      sensor('high', 'forecast high', value),
      sensor('skill', 'forecast skill', {
        unit_of_measurement: '%',
        state_class: 'measurement',
        entity_category: 'diagnostic',
        icon: 'mdi:bullseye-arrow',
      }),
    ]),
  };
};

const modelKey = (name: string): string => `model_${stableId(name)}`;
export const modelTopic = (identity: NodeIdentity, name: string): string =>
  `${baseTopic(identity)}/${modelKey(name)}/state`;

/** The machine itself, with an update entity a model that was pushed to it; `former` ones go. */
export const nodeDiscovery = (
  identity: NodeIdentity,
  models: readonly string[],
  former: readonly string[] = [],
): Discovery => {
  const id = nodeId(identity);
  const { prefix, node, version } = identity;
  const own = (platform: string, key: string, more: object) => [
    key,
    {
      platform,
      unique_id: `${id}_${key}`,
      default_entity_id: `${platform}.${slug(`stepcast ${node} ${key}`)}`,
      entity_category: 'diagnostic',
      ...more,
    },
  ];
  return {
    device: {
      identifiers: [id],
      name: named(`stepcast ${node}`),
      manufacturer: 'stepcast',
      model: 'Forecasting daemon',
      sw_version: version,
    },
    ...frame(identity),
    components: Object.fromEntries([
      own('binary_sensor', 'problem', {
        name: 'Problem',
        device_class: 'problem',
        state_topic: `${prefix}/${node}/status`,
        value_template: "{{ 'ON' if value == 'degraded' else 'OFF' }}",
        json_attributes_topic: `${prefix}/${node}/health`,
        json_attributes_template: "{{ {'reasons': value_json.reasons} | tojson }}",
      }),
      own('sensor', 'series', {
        name: 'Series',
        state_topic: `${prefix}/${node}/health`,
        value_template: '{{ value_json.series }}',
        state_class: 'measurement',
      }),
      ...models.map((name) =>
        own('update', modelKey(name), {
          name: named(`Model ${name}`),
          default_entity_id: `update.${slug(`stepcast ${node} model ${name}`)}`,
          state_topic: modelTopic(identity, name),
          json_attributes_topic: `${prefix}/${node}/model/${name}/state`,
        }),
      ),
      ...former.map((name) => [modelKey(name), { platform: 'update' }]),
    ]),
  };
};
