import { nearest } from './nearest.js';
import type { Path } from './readYaml.js';

/** The part of a JSON Schema that describes keys. */
export interface KeySchema {
  readonly properties?: Readonly<Record<string, KeySchema>>;
  readonly items?: KeySchema;
  readonly additionalProperties?: KeySchema | boolean; // what stands under names of one's choice
  readonly anyOf?: readonly KeySchema[];
}

/**
 * What an unknown key may have been meant to be: the key of that very name elsewhere in the file (as its path), or the nearest key
 * beside it.
 */
export function knownKey(schema: KeySchema, path: Path, key: string): string | undefined {
  let here = forms(schema);
  for (const part of path) here = here.flatMap((form) => under(form, part));
  const beside = here.flatMap(({ properties }) => Object.keys(properties ?? {}));
  const close = nearest(key, beside);
  const elsewhere = keyPaths(schema, '').filter((known) => known.split('.').at(-1) === key);
  if (elsewhere.length === 1 && !beside.includes(key)) return elsewhere[0];
  return close;
}

const forms = (schema: KeySchema): KeySchema[] => [schema, ...(schema.anyOf ?? []).flatMap(forms)];

function under({ items, properties, additionalProperties }: KeySchema, part: PropertyKey): KeySchema[] {
  const child = typeof part === 'number' ? items : (properties?.[String(part)] ?? additionalProperties);
  return typeof child === 'object' ? forms(child) : [];
}

function keyPaths(schema: KeySchema, prefix: string): string[] {
  const nested = schema.items ? keyPaths(schema.items, prefix && `${prefix}[]`) : [];
  return Object.entries(schema.properties ?? {}).reduce((paths, [name, child]) => {
    const path = prefix ? `${prefix}.${name}` : name;
    paths.push(path, ...keyPaths(child, path));
    return paths;
  }, nested);
}
