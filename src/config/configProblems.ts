import type { z } from 'zod';
import type { RawConfig } from './configFlags.js';
import { jsonSchema } from './jsonSchema.js';
import type { Path, Problem, YamlText } from './readYaml.js';
import { type KeySchema, knownKey } from './unknownKey.js';

interface Written {
  readonly raw: RawConfig;
  readonly flagOf: (path: Path) => string | undefined;
  readonly locate: YamlText['locate'];
}

const secrets = new Set(['broker.password', 'source.password', 'store.password', 'http.token']);

/** The schema's complaints as problems, save those about a value that is already reported. */
export function problemsOf(issues: readonly z.core.$ZodIssue[], reported: readonly Problem[]): Problem[] {
  const known = new Set(reported.map(({ path }) => pathName(path)));
  return issues
    .flatMap((issue): Problem[] => {
      if (issue.code === 'invalid_key') return [{ path: issue.path, message: issue.issues[0]!.message, ofKey: true }];
      if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, message: issue.message }];
      return issue.keys.map((key) => {
        const meant = knownKey(jsonSchema() as KeySchema, issue.path, key);
        return {
          path: [...issue.path, key],
          message: `unknown key${meant ? `, the nearest known key is ${meant}` : ''}`,
          ofKey: true,
        };
      });
    })
    .filter(({ path }) => path.length === 0 || !known.has(pathName(path)));
}

/**
 * `streams[0].horizon (4:14): expected a whole number from 1 to 1024, got "many"`, or with the flag in place of path and position.
 * Each once, those of flags first, the others in the order of the file.
 */
export function problemLines(problems: readonly Problem[], { raw, flagOf, locate }: Written): string[] {
  const placed = problems.map((problem) => {
    const { path, at, ofKey } = problem;
    const flag = flagOf(path);
    const { line, col } = flag ? { line: 0, col: 0 } : (at ?? locate(path, ofKey));
    const where = flag ?? [pathName(path), `(${line}:${col})`].filter(Boolean).join(' ');
    return { line, col, text: `${where}: ${explained(problem, raw)}` };
  });
  placed.sort((a, b) => a.line - b.line || a.col - b.col);
  return [...new Set(placed.map(({ text }) => text))];
}

function explained({ path, message, at }: Problem, raw: unknown): string {
  const kind = /^Invalid input: expected (\w+)/.exec(message)?.[1];
  const text = kind ? `expected ${kind === 'object' ? 'a map of keys' : kind}` : message;
  return text.startsWith('expected') && !at ? `${text}, got ${shown(raw, path)}` : text;
}

function pathName(path: Path): string {
  return path.reduce<string>(
    (name, key) => (typeof key === 'number' ? `${name}[${key}]` : name ? `${name}.${String(key)}` : String(key)),
    '',
  );
}

function shown(raw: unknown, path: Path): string {
  const value = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], raw);
  if (value === undefined) return 'nothing';
  if (secrets.has(pathName(path))) return 'something else';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  const text = JSON.stringify(value).replace(/\/\/[^/@]*@/, '//…@');
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
}
