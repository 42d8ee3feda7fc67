import { notNumber } from './decodeNumber.js';
import type { Decoded, PayloadContext } from './decoder.js';
import { Draft, maxFields, refuse } from './draft.js';
import { timeOf } from './epochMs.js';
import { type CompiledSettings, compileSettings, follow, type JsonPath } from './jsonPath.js';
import { parseDecimalText } from './parseDecimal.js';
import { utf8 } from './utf8.js';

const maxDepth = 32;

/** The document, or why there is none. */
export const parseJson = (payload: Uint8Array): { readonly document: unknown } | Decoded => {
  try {
    return { document: JSON.parse(utf8(payload)) };
  } catch (error) {
    const bare = notNumber(payload);
    if (bare.rejects[0]?.reason !== 'not_a_number') return bare; // empty, nan
    return refuse('json_syntax', (error as Error).message);
  }
};

export const decodeJson = (payload: Uint8Array, context: PayloadContext): Decoded => {
  const parsed = parseJson(payload);
  return 'document' in parsed ? decodeDocument(parsed.document, context) : parsed;
};

/** The named fields of a document, or all its numbers, flattened: `a.b.0`. */
export const decodeDocument = (document: unknown, context: PayloadContext): Decoded => {
  const settings = compileSettings(context.settings);
  const draft = new Draft(maxFields);
  if (typeof document === 'number' && settings.value.length === 0) {
    draft.add(undefined, undefined, document);
    return draft;
  }
  const tMs = settings.time && timeAt(draft, document, settings.time);
  const sequence = settings.sequence && sequenceAt(draft, document, settings.sequence);
  if (settings.value.length > 0) {
    for (const path of settings.value) addNamed(draft, document, path, tMs, sequence);
    return draft;
  }
  const before = draft.rejects.length;
  if (typeof document === 'object' && document !== null) flatten(draft, document, '', 1, settings, tMs, sequence);
  if (draft.samples.length === 0 && draft.rejects.length === before)
    draft.reject('no_numeric_field', 'the document holds no number');
  return draft;
};

const timeAt = (draft: Draft, document: unknown, path: JsonPath): number | undefined => {
  const value = follow(document, path);
  const tMs = timeOf(value);
  if (value === undefined || value === null) draft.reject('missing_time', `there is no ${path.name}`);
  else if (tMs === undefined) draft.reject('bad_time', `${path.name} is ${show(value)}`);
  return tMs;
};

const sequenceAt = (draft: Draft, document: unknown, path: JsonPath): number | undefined => {
  const value = follow(document, path);
  const number = typeof value === 'string' ? parseDecimalText(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  draft.reject('bad_sequence', `${path.name} is ${show(value)}`);
  return undefined;
};

const addNamed = (
  draft: Draft,
  document: unknown,
  path: JsonPath,
  tMs: number | undefined,
  sequence: number | undefined,
): void => {
  const value = follow(document, path);
  if (typeof value === 'number') draft.add(path.name, tMs, value, sequence);
  else if (typeof value === 'boolean') draft.add(path.name, tMs, value ? 1 : 0, sequence);
  else if (value === undefined) draft.reject('missing_field', `there is no ${path.name}`);
  else {
    const y = typeof value === 'string' ? parseDecimalText(value) : Number.NaN;
    if (Number.isNaN(y)) draft.reject('not_a_number', `${path.name} is ${show(value)}`);
    else draft.add(path.name, tMs, y, sequence);
  }
};

const flatten = (
  draft: Draft,
  value: object,
  prefix: string,
  depth: number,
  settings: CompiledSettings,
  tMs: number | undefined,
  sequence: number | undefined,
): void => {
  if (depth > maxDepth) {
    draft.reject('too_deep', `more than ${maxDepth} levels`);
    return;
  }
  for (const key of Object.keys(value)) {
    const child = (value as Record<string, unknown>)[key];
    if (typeof child === 'number') {
      const name = prefix + key;
      if (name === settings.time?.name || name === settings.sequence?.name) continue;
      draft.add(name, tMs, child, sequence);
      if (draft.full && draft.rejects.at(-1)?.reason === 'too_many_fields') return;
    } else if (typeof child === 'object' && child !== null) {
      flatten(draft, child, `${prefix}${key}.`, depth + 1, settings, tMs, sequence);
    }
  }
};

const show = (value: unknown): string =>
  typeof value === 'string'
    ? `"${value.slice(0, 60)}"`
    : typeof value === 'object' && value
      ? 'no plain value'
      : `${value}`;
