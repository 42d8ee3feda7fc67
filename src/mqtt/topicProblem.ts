import { StepcastError } from '../errors.js';
import { shownUrl } from './brokerSettings.js';

const named = 5;

/** What the broker did not grant, all in one. */
export const topicsRefused = (url: string, filters: readonly string[]): StepcastError => {
  const more = filters.length > named ? ` and ${filters.length - named} more` : '';
  return new StepcastError({
    code: 'TOPIC_REFUSED',
    op: 'subscribe to',
    subject: `${filters.slice(0, named).join(', ')}${more}`,
    message: `${shownUrl(url)} does not allow it`,
    hint: 'check the filter and the rights of this user at the broker',
  });
};

/** PUBACK reason codes. [MQTT 5, 3.4.2.1] */
const reasons: Record<number, string> = {
  135: 'does not allow it',
  144: 'does not accept the topic name',
  151: 'says that a quota is exceeded',
  153: 'does not accept the payload',
};

export const publishRefused = (url: string, topic: string, code: number): StepcastError =>
  new StepcastError({
    code: 'TOPIC_REFUSED',
    op: 'publish to',
    subject: topic,
    message: `${shownUrl(url)} ${reasons[code] ?? `refuses it (reason ${code})`}`,
    hint: 'check the rights of this user at the broker',
  });
