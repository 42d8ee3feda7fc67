import mqtt from 'mqtt';

export interface Published {
  readonly series: string;
  readonly time: number;
  readonly values: string; // the text of the array, byte for byte
}

/** Everything the daemon publishes under its prefix, as another client of the broker sees it. */
export interface Witness {
  readonly forecasts: readonly Published[];
  /** Forecast payloads that are not what the contract says, with their topic. */
  readonly malformed: readonly string[];
  /** Payloads of the status topic in the order they came. */
  readonly statuses: readonly string[];
  health(): Record<string, unknown> | undefined;
  end(): Promise<void>;
}

/** Series names that are part of a topic as they are. */
const plain = /^[\w./-]{1,100}$/;

const parsed = (text: string): Published | undefined => {
  try {
    const { series, time, values } = JSON.parse(text) as { series: string; time: number; values: unknown[] };
    const from = text.indexOf('"values":') + '"values":'.length;
    return values.length > 0 ? { series, time, values: text.slice(from, text.lastIndexOf(']') + 1) } : undefined;
  } catch {
    return undefined;
  }
};

export const startWitness = async (port: number, node: string): Promise<Witness> => {
  const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, { clientId: `witness-of-${node}`, reconnectPeriod: 100 });
  client.on('error', () => {});
  const forecasts: Published[] = [];
  const malformed: string[] = [];
  const statuses: string[] = [];
  let health: Record<string, unknown> | undefined;
  const base = `stepcast/${node}`;
  client.on('message', (topic, payload) => {
    const text = payload.toString();
    if (topic.startsWith(`${base}/forecast/`)) {
      const forecast = parsed(text);
      if (forecast && (topic === `${base}/forecast/${forecast.series}` || !plain.test(forecast.series)))
        forecasts.push(forecast);
      else malformed.push(`${topic.slice(0, 200)} ${text.slice(0, 200)}`);
    } else if (topic === `${base}/status`) statuses.push(text);
    else if (topic === `${base}/health`) health = JSON.parse(text) as Record<string, unknown>;
  });
  await new Promise<void>((resolve) => client.once('connect', () => resolve()));
  await client.subscribeAsync(`${base}/#`, { qos: 1 });
  return {
    forecasts,
    malformed,
    statuses,
    health: () => health,
    end: () => client.endAsync(true),
  };
};
