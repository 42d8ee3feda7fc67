import type { RawConfig } from './configFlags.js';
import type { Problem } from './readYaml.js';
import type { ParsedConfig } from './schema.js';

/** What each key is good for on one machine, and does not go together with a source or a store that several workers share. */
export function fleetProblems(config: ParsedConfig, raw: RawConfig, hostName: string): Problem[] {
  const { source, store, streams, publish, devices } = config;
  const problems: Problem[] = [];
  const complain = (path: (string | number)[], message: string): void => {
    problems.push({ path, message });
  };
  if (store.url !== undefined && isGiven(raw, 'store', 'path'))
    complain(['store', 'path'], 'expected either store.path or store.url');
  if ((source || store.url !== undefined) && devices.length > 0)
    complain(
      ['devices'],
      'expected none in a fleet: run stepcast bridge where the line ends, it publishes to the broker',
    );
  if (!source) return problems;
  const worker = workerOf(config, hostName);
  if (worker >= source.workers)
    complain(
      ['source', 'worker'],
      `expected a whole number below source.workers (${source.workers}), which counts from 0`,
    );
  if (source.workers > 1 && store.url === undefined)
    complain(['source', 'workers'], 'expected 1, or store.url: who takes a series over must find its state');
  if (publish.homeassistant)
    complain(
      ['publish', 'homeassistant'],
      'expected false with source: a fleet does not announce itself to Home Assistant',
    );
  for (const [index, stream] of streams.entries()) {
    if (stream.payload === 'sparkplug-b')
      complain(
        ['streams', index, 'payload'],
        'expected another format with source: the topics of a Sparkplug node come to several partitions',
      );
    if (Object.keys(stream.covariates).length > 0 && source.partitions > 1)
      complain(
        ['streams', index, 'covariates'],
        'expected none with source: series of several topics come to several partitions',
      );
  }
  return problems;
}

/** The place of this worker: given, or the number at the end of the host name, as Kubernetes names the pods of a StatefulSet. */
export const workerOf = ({ source }: Pick<ParsedConfig, 'source'>, hostName: string): number =>
  source?.worker ?? Number(/-(\d{1,6})$/.exec(hostName)?.[1] ?? 0);

/** What all workers call themselves, where no name is given: the host name without that number. */
export const fleetName = (hostName: string): string => hostName.replace(/-\d{1,6}$/, '');

export function isGiven(raw: RawConfig, section: string, key: string): boolean {
  const under = raw[section];
  return typeof under === 'object' && under !== null && key in under;
}
