import { z } from 'zod';
import { deviceClasses } from '../../src/config/deviceClasses.js';

/*
 * What Home Assistant's documentation of MQTT discovery, of the MQTT sensor, binary sensor and update says of their fields
 * (https://www.home-assistant.io/integrations/mqtt/, sensor.mqtt, binary_sensor.mqtt, update.mqtt). A field that is not listed is refused.
 */

/** `<discovery_prefix>/<component>/[<node_id>/]<object_id>/config`: the ids consist of these characters only. */
export const discoveryTopicPattern = /^homeassistant\/device\/(?<id>[a-zA-Z0-9_-]+)\/config$/;

export const recorderLimitBytes = 16_384;

const topic = z
  .string()
  .min(1)
  .max(65_535)
  .regex(/^[^\p{Cc}]+$/u);
const subscribable = topic.regex(/^[^+#]+$/);
const template = z.string().regex(/\{\{.*\}\}/s);

const availability = z.strictObject({
  topic: subscribable,
  payload_available: z.string().optional(),
  payload_not_available: z.string().optional(),
  value_template: template.optional(),
});

const shared = {
  availability: z.array(availability).min(1).optional(),
  availability_mode: z.enum(['all', 'any', 'latest']).optional(),
  qos: z.literal([0, 1, 2]).optional(),
  encoding: z.string().optional(),
};

const entity = {
  ...shared,
  unique_id: z.string().min(1),
  name: z.string().min(1).nullable().optional(),
  icon: z.string().regex(/^mdi:/).optional(),
  enabled_by_default: z.boolean().optional(),
  entity_category: z.enum(['diagnostic', 'config']).optional(),
  json_attributes_topic: subscribable.optional(),
  json_attributes_template: template.optional(),
  state_topic: subscribable.optional(),
  value_template: template.optional(),
};
const entityIdOf = (domain: string) =>
  z
    .string()
    .regex(new RegExp(`^${domain}\\.(?!_)[a-z0-9_]+(?<!_)$`))
    .max(255)
    .optional();

const sensor = z
  .strictObject({
    ...entity,
    platform: z.literal('sensor'),
    default_entity_id: entityIdOf('sensor'),
    device_class: z.enum(deviceClasses).optional(),
    state_class: z.enum(['measurement', 'measurement_angle', 'total', 'total_increasing']).optional(),
    unit_of_measurement: z.string().optional(),
    suggested_display_precision: z.number().int().nonnegative().optional(),
    expire_after: z.number().int().nonnegative().optional(),
    force_update: z.boolean().optional(),
    options: z.array(z.string()).optional(),
  })
  .refine(
    ({ device_class, state_class }) =>
      state_class !== 'measurement' ||
      !['energy', 'gas', 'monetary', 'reactive_energy', 'volume', 'water', 'wind_direction'].includes(
        device_class ?? '',
      ),
    { error: 'a sum is no measurement' },
  );

const binarySensor = z.strictObject({
  ...entity,
  platform: z.literal('binary_sensor'),
  default_entity_id: entityIdOf('binary_sensor'),
  device_class: z.enum(['problem', 'connectivity', 'running', 'update']).optional(),
  payload_on: z.string().optional(),
  payload_off: z.string().optional(),
  expire_after: z.number().int().nonnegative().optional(),
  off_delay: z.number().int().nonnegative().optional(),
  force_update: z.boolean().optional(),
});

const update = z.strictObject({
  ...entity,
  platform: z.literal('update'),
  default_entity_id: entityIdOf('update'),
  device_class: z.literal('firmware').optional(),
  command_topic: topic.optional(),
  payload_install: z.string().optional(),
  latest_version_topic: subscribable.optional(),
  latest_version_template: template.optional(),
  title: z.string().optional(),
  release_summary: z.string().max(255).optional(),
  release_url: z.url().optional(),
  entity_picture: z.string().optional(),
  display_precision: z.number().int().optional(),
  retain: z.boolean().optional(),
});

/** A component of which only the platform is left is removed. */
const removed = z.strictObject({ platform: z.enum(['sensor', 'binary_sensor', 'update']) });

export const deviceDiscovery = z
  .strictObject({
    ...shared,
    state_topic: subscribable.optional(),
    command_topic: topic.optional(),
    device: z.strictObject({
      identifiers: z.array(z.string().min(1)).min(1),
      connections: z.array(z.tuple([z.string(), z.string()])).optional(),
      name: z.string().min(1).optional(),
      manufacturer: z.string().optional(),
      model: z.string().optional(),
      model_id: z.string().optional(),
      serial_number: z.string().optional(),
      hw_version: z.string().optional(),
      sw_version: z.string().optional(),
      suggested_area: z.string().optional(),
      configuration_url: z.url().optional(),
      via_device: z.string().optional(),
    }),
    origin: z.strictObject({
      name: z.string().min(1),
      sw_version: z.string().optional(),
      support_url: z.url().optional(),
    }),
    components: z.record(z.string(), z.union([sensor, binarySensor, update, removed])),
  })
  .refine(
    ({ state_topic, components }) =>
      state_topic !== undefined ||
      Object.values(components).every((component) => Object.keys(component).length === 1 || 'state_topic' in component),
    { error: 'a component without a state topic' },
  );

/** JSON on the state topic of an update entity. */
export const updateState = z.strictObject({
  installed_version: z.string().nullable().optional(),
  latest_version: z.string().nullable().optional(),
  title: z.string().optional(),
  release_summary: z.string().max(255).optional(),
  release_url: z.url().optional(),
  entity_picture: z.string().optional(),
  in_progress: z.boolean().optional(),
  update_percentage: z.number().min(0).max(100).nullable().optional(),
});

export type DeviceDiscovery = z.infer<typeof deviceDiscovery>;
