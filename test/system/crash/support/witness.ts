import mqtt from 'mqtt';

export interface Published {
  readonly series: string;
  readonly time: number;
  readonly values: string; // the text of the array, byte for byte
}

/** Everything the daemon publishes under its prefix, as another client of the broker sees it. */
export interface Witness {
  readonly forecasts: readonly Published[];
  /** Payloads of the status topic in the order they came. */
  readonly statuses: readonly string[];
  health(): Record<string, unknown> | undefined;
  end(): Promise<void>;
}

export const valuesText = (json: string): string => {
  const from = json.indexOf('"values":') + '"values":'.length;
  return json.slice(from, json.lastIndexOf(']') + 1);
};

export const startWitness = async (port: number, node: string): Promise<Witness> => {
  const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, { clientId: `witness-of-${node}`, reconnectPeriod: 100 });
  client.on('error', () => {});
  const forecasts: Published[] = [];
  const statuses: string[] = [];
  let health: Record<string, unknown> | undefined;
  const base = `stepcast/${node}`;
  client.on('message', (topic, payload) => {
    const text = payload.toString();
    if (topic.startsWith(`${base}/forecast/`)) {
      const { series, time } = JSON.parse(text) as { series: string; time: number };
      forecasts.push({ series, time, values: valuesText(text) });
    } else if (topic === `${base}/status`) statuses.push(text);
    else if (topic === `${base}/health`) health = JSON.parse(text) as Record<string, unknown>;
  });
  await new Promise<void>((resolve) => client.once('connect', () => resolve()));
  await client.subscribeAsync(`${base}/#`, { qos: 1 });
  return {
    forecasts,
    statuses,
    health: () => health,
    end: () => client.endAsync(true),
  };
};
