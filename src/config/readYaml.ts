import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type ScalarTag,
  visit,
} from 'yaml';
import { readSecret, type Secret, type SecretTag, secretTags } from './readSecret.js';

export type Path = readonly PropertyKey[];

export interface Problem {
  readonly path: Path;
  readonly message: string;
  readonly ofKey?: boolean; // it is the key that is wrong, not its value
  readonly at?: { readonly line: number; readonly col: number };
}

export interface YamlText {
  readonly value: unknown; // keys without a value are left out, as if not written
  readonly readable: boolean; // false: the syntax is broken, and `value` is not what was meant
  readonly problems: readonly Problem[];
  /** Where the value at `path` stands, its key with `ofKey`, or the nearest thing around it. */
  locate(path: Path, ofKey?: boolean): { line: number; col: number };
}

/** Reads YAML 1.2 with `!env NAME`, `!file PATH` and `!credential NAME`. Syntax problems, and secrets that are not there, come back all at once. */
export function readYaml(text: string, env: NodeJS.ProcessEnv): YamlText {
  const lines = new LineCounter();
  const found = new Map<string, Secret>();
  const secretOf = (tag: SecretTag, name: string): Secret => {
    const key = `${tag} ${name}`;
    const secret = found.get(key) ?? readSecret(tag, name, env);
    found.set(key, secret);
    return secret;
  };
  const customTags = secretTags.map((tag): ScalarTag => ({ tag, resolve: (name) => secretOf(tag, name).value ?? '' }));
  const document = parseDocument(text, { lineCounter: lines, customTags, prettyErrors: false });
  const syntax = [...document.errors, ...document.warnings].map((error) => ({
    path: [],
    message: firstLine(error.message),
    at: lines.linePos(error.pos[0]),
  }));
  const result = {
    readable: document.errors.every(({ code }) => code === 'DUPLICATE_KEY'),
    problems: [...syntax, ...missingSecrets(document, secretOf)],
    locate: (path: Path, ofKey = false) => lines.linePos(offsetOf(document.contents, path, ofKey)),
  };
  try {
    return { ...result, value: withoutNulls(document.toJS({ maxAliasCount: 100 })) };
  } catch (error) {
    const message = error instanceof RangeError ? 'an alias contains itself' : firstLine((error as Error).message);
    return {
      ...result,
      readable: false,
      value: undefined,
      problems: [...result.problems, { path: [], message, at: { line: 1, col: 1 } }],
    };
  }
}

function missingSecrets(document: Document, secretOf: (tag: SecretTag, name: string) => Secret): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Scalar: (index, node, ancestors) => {
      const tag = secretTags.find((known) => known === node.tag);
      if (!tag || index === 'key') return;
      const { problem } = secretOf(tag, node.source ?? '');
      if (problem !== undefined) problems.push({ path: pathOf([...ancestors, node]), message: problem });
    },
  });
  return problems;
}

function pathOf(nodes: readonly unknown[]): Path {
  return nodes.flatMap((node, depth): PropertyKey[] => {
    if (isPair(node)) return [String(isScalar(node.key) ? node.key.value : node.key)];
    return isSeq(node) ? [node.items.indexOf(nodes[depth + 1])] : [];
  });
}

const firstLine = (message: string): string => message.split('\n', 1)[0]!.trim();

function offsetOf(root: Node | null, path: Path, ofKey: boolean): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const [depth, key] of path.entries()) {
    if (isAlias(node)) return offset;
    const pair = isMap(node) ? node.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined;
    const next: unknown = isSeq(node)
      ? node.items[Number(key)]
      : ofKey && depth === path.length - 1
        ? pair?.key
        : (pair?.value ?? pair?.key);
    if (!isNode(next)) break;
    offset = next.range?.[0] ?? offset;
    node = next;
  }
  return offset;
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, child]) => child !== null)
      .map(([key, child]) => [key, withoutNulls(child)]),
  );
}
