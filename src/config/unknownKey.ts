import { nearest } from './nearest.js';
import type { Path } from './readYaml.js';

/** The part of a JSON Schema that describes keys. */
export interface KeySchema {
  readonly properties?: Readonly<Record<string, KeySchema>>;
  readonly items?: KeySchema;
}

/**
 * What an unknown key may have been meant to be: the key of that very name elsewhere in the file (as its path), or the nearest key
 * beside it.
 */
export function knownKey(schema: KeySchema, path: Path, key: string): string | undefined {
  let here: KeySchema | undefined = schema;
  for (const part of path) here = typeof part === 'number' ? here?.items : here?.properties?.[String(part)];
  const beside = Object.keys(here?.properties ?? {});
  const close = nearest(key, beside);
  const elsewhere = keyPaths(schema, '').filter((known) => known.split('.').at(-1) === key);
  if (elsewhere.length === 1 && !beside.includes(key)) return elsewhere[0];
  return close;
}

function keyPaths(schema: KeySchema, prefix: string): string[] {
  const nested = schema.items ? keyPaths(schema.items, prefix && `${prefix}[]`) : [];
  return Object.entries(schema.properties ?? {}).reduce((paths, [name, child]) => {
    const path = prefix ? `${prefix}.${name}` : name;
    paths.push(path, ...keyPaths(child, path));
    return paths;
  }, nested);
}
