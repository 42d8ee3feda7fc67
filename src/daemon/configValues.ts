import type { Config } from '../config/config.js';

/** What each key of the file, such as `learn.every`, stands at: as JSON. A key below a key belongs to the outer one. */
export function configValues({ file: _, ...sections }: Config): Map<string, string> {
  const values = new Map<string, string>();
  for (const [section, value] of Object.entries(sections)) {
    if (Array.isArray(value) || typeof value !== 'object') {
      values.set(section, JSON.stringify(value));
      continue;
    }
    for (const [key, inner] of Object.entries(value)) values.set(`${section}.${written(key)}`, JSON.stringify(inner));
  }
  return values;
}

/** Inside, the name of a value says its unit; in the file, it does not. */
const written = (key: string): string => (key === 'maxBytes' ? key : key.replace(/(Ms|Seconds|Ticks|Bytes)$/, ''));
