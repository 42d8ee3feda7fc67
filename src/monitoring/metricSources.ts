import type { Counters } from '../pipeline/counters.js';
import type { LiveCoverage } from '../pipeline/liveCoverage.js';
import type { ModelVersion } from '../pipeline/modelVersions.js';
import type { DeviceReading } from './deviceMetrics.js';

/** What is read when somebody scrapes, and at no other time. */
export interface MetricSources {
  readonly version: string;
  readonly counts: Counters;
  readonly published: () => { sent: number; superseded: number; dropped: number; waiting: number };
  readonly broker: () => { connected: boolean; connections: number; unacknowledged: number };
  readonly store: () => {
    commits: number;
    pendingCommits: number;
    databaseBytes: number;
    walBytes: number;
    freeBytes: number;
  };
  readonly models: () => readonly ModelVersion[];
  readonly series: () => number;
  readonly coverage: () => LiveCoverage;
  readonly healthy: () => boolean;
  readonly devices?: () => readonly DeviceReading[]; // absent: there are none
}
