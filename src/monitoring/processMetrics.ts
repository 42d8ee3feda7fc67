import { collectDefaultMetrics, type Registry } from 'prom-client';

const precisionMs = 50; // of the event loop's lag: the timer behind it wakes the processor so often

/** Gauges that are named like counters, and lists of handles that cost more than they tell. */
const unwanted = [
  ...['nodejs_active_resources', 'nodejs_active_resources_total', 'nodejs_active_handles'],
  ...['nodejs_active_handles_total', 'nodejs_active_requests', 'nodejs_active_requests_total'],
  ...['nodejs_heap_space_size_total_bytes', 'nodejs_heap_space_size_used_bytes'],
  ...['nodejs_heap_space_size_available_bytes', 'nodejs_heap_size_total_bytes'],
];

/** Processor time, memory, open files, garbage collection and the lag of the event loop. */
export const processMetrics = (registry: Registry): void => {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: precisionMs });
  for (const name of unwanted) registry.removeSingleMetric(name);
};
