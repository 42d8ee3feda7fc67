import type { Path } from './readYaml.js';

/** Options of the command line that stand above the file. */
export interface ConfigFlags {
  readonly broker?: string;
  readonly topic?: readonly string[]; // in place of the file's streams; a stream of the file with that very topic is kept
  readonly db?: string;
  readonly models?: string;
  readonly http?: string;
}

/** A configuration as written: nothing in it is checked yet. */
export interface RawConfig {
  [key: string]: unknown;
  models?: { dir?: unknown };
}

const targets = [
  ['broker', 'broker', 'url'],
  ['db', 'store', 'path'],
  ['models', 'models', 'dir'],
  ['http', 'http', 'listen'],
] as const;

/** The file's keys with the flags above them, and which flag, if any, a path of the result came from. */
export function withFlags(
  written: unknown,
  flags: ConfigFlags,
): { raw: RawConfig; flagOf(path: Path): string | undefined } {
  const empty = written === undefined || written === null;
  if (!empty && !isMap(written)) return { raw: written as RawConfig, flagOf: () => undefined };
  const raw: RawConfig = { ...(written ?? {}) };
  const flagged = new Map<string, string>();
  for (const [flag, section, key] of targets) {
    const value = flags[flag];
    const under = raw[section] ?? {};
    if (value === undefined || !isMap(under)) continue;
    raw[section] = { ...under, [key]: value };
    flagged.set(`${section}.${key}`, `--${flag}`);
  }
  if (flags.topic?.length) {
    const streams = Array.isArray(raw.streams) ? raw.streams : [];
    raw.streams = flags.topic.map(
      (topic) => streams.find((stream) => isMap(stream) && stream.topic === topic) ?? { topic },
    );
    flagged.set('streams', '--topic');
  }
  return { raw, flagOf: (path) => flagged.get(path.slice(0, 2).join('.')) ?? flagged.get(String(path[0])) };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
