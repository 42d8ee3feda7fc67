import { Counter, Gauge, type Registry } from 'prom-client';

/** Values by the labels they have; none is `{}`. */
export type Labelled = readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
}

const values = (read: () => number | Labelled): Labelled => {
  const found = read();
  return typeof found === 'number' ? [[{}, found]] : found;
};

/** A counter that is kept elsewhere and looked at when it is asked for. */
export const readCounter = (
  registry: Registry,
  { name, help, labels = [] }: Metric,
  read: () => number | Labelled,
): void => {
  new Counter({
    ...{ name, help, labelNames: [...labels], registers: [registry] },
    collect() {
      this.reset();
      for (const [by, value] of values(read)) this.inc(by, value);
    },
  });
};

/** The same for a value that goes up and down. */
export const readGauge = (
  registry: Registry,
  { name, help, labels = [] }: Metric,
  read: () => number | Labelled,
): void => {
  new Gauge({
    ...{ name, help, labelNames: [...labels], registers: [registry] },
    collect() {
      this.reset();
      for (const [by, value] of values(read)) this.set(by, value);
    },
  });
};
