import type { DecodeSettings } from './decoder.js';

/** A path into a JSON document. `name` is the dotted form, as flattening would name the field. */
export interface JsonPath {
  readonly name: string;
  readonly steps: readonly string[];
}

const step = /\[\s*(?:'([^']*)'|"([^"]*)"|([^\]'"]*))\s*\]|([^.[\]]+)/g;

/** Understands `a.b.0.c`, `$.a.b`, `a[0]` and `['a.b']`. Never throws: a path that makes no sense finds nothing. */
export const compileJsonPath = (text: string): JsonPath => {
  const steps: string[] = [];
  for (const [, single, double, bare, plain] of text
    .trim()
    .replace(/^\$\.?/, '')
    .matchAll(step)) {
    steps.push(single ?? double ?? bare?.trim() ?? plain ?? '');
  }
  return { name: steps.join('.'), steps };
};

/** What is at the path, undefined where the document ends before it. Only own properties: `__proto__` leads nowhere. */
export const follow = (document: unknown, path: JsonPath): unknown => {
  let value = document;
  for (const key of path.steps) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
};

export interface CompiledSettings {
  readonly value: readonly JsonPath[];
  readonly time: JsonPath | undefined;
  readonly sequence: JsonPath | undefined;
}

const compiled = new WeakMap<DecodeSettings, CompiledSettings>();

export const compileSettings = (settings: DecodeSettings): CompiledSettings => {
  const known = compiled.get(settings);
  if (known) return known;
  const fresh = {
    value: settings.value.map(compileJsonPath),
    time: settings.time === undefined ? undefined : compileJsonPath(settings.time),
    sequence: settings.sequence === undefined ? undefined : compileJsonPath(settings.sequence),
  };
  compiled.set(settings, fresh);
  return fresh;
};
