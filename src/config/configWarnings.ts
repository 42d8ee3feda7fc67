import { isLoopback } from './brokerUrl.js';
import type { Config } from './config.js';

/** What works, and is probably not meant: for `stepcast check` and the log at the start. */
export function configWarnings({ broker, source, streams, publish }: Config): string[] {
  const warnings: string[] = [];
  if (source && source.workers > source.partitions)
    warnings.push(`source.workers: ${source.workers - source.partitions} of them have no partition of their own`);
  const open = source?.urls.find((url) => url.startsWith('amqp:') && !isLoopback(new URL(url).hostname));
  if (open) warnings.push(`source.url: readings travel unencrypted from ${open} — use amqps://`);
  if (!broker.encrypted && !broker.loopback) {
    const what = broker.password === undefined ? 'readings and forecasts travel' : 'the password travels';
    warnings.push(`broker.url: ${what} unencrypted to ${broker.url} — use mqtts:// or wss://`);
  }
  for (const [index, { filter, decode, settings }] of streams.entries()) {
    const first = streams.findIndex((other) => other.filter === filter);
    if (first < index)
      warnings.push(`streams[${index}].topic: never used, streams[${first}] takes the same topics first`);
    if (
      decode.payload === 'number' &&
      (decode.value.length > 0 || decode.time !== undefined || decode.sequence !== undefined)
    ) {
      warnings.push(`streams[${index}].payload: a bare number has no fields: value, time and sequence are not used`);
    }
    for (const [name, value] of Object.entries(settings.statics ?? {})) {
      if (Math.abs(value) > 10)
        warnings.push(
          `streams[${index}].static.${name}: ${value} counts as ${10 * Math.sign(value)}: give it in a larger unit`,
        );
    }
    if (filter.startsWith(`${publish.prefix}/`)) {
      warnings.push(`streams[${index}].topic: topics under publish.prefix ${publish.prefix}/ are never read`);
    }
  }
  return warnings;
}
