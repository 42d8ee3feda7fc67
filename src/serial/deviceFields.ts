/** The topic that the readings of a device stand for: streams match it, and series are named after it, as if they had come by MQTT. */
export const topicOfDevice = (id: string): string => `sensors/${id}`;

/** A channel as a field of that topic. SenML names begin with a letter or a digit. */
export const fieldOfChannel = (label: string): string => (/^[A-Za-z0-9]/.test(label) ? label : `x${label}`);
