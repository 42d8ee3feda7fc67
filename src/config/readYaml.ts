import { isAlias, isMap, isNode, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument, type ScalarTag, visit } from 'yaml';

export type Path = readonly PropertyKey[];

export interface Problem {
  readonly path: Path;
  readonly message: string;
  readonly at?: { readonly line: number; readonly col: number };
}

export interface YamlText {
  readonly value: unknown; // keys without a value are left out, as if not written
  readonly problems: readonly Problem[];
  /** Where the value at `path` stands, its key with `ofKey`, or the nearest thing around it. */
  locate(path: Path, ofKey?: boolean): { line: number; col: number };
}

/** Reads YAML 1.2 with `!env NAME`. Syntax problems, and variables that are not set, come back all at once. */
export function readYaml(text: string, env: NodeJS.ProcessEnv): YamlText {
  const lines = new LineCounter();
  const envTag: ScalarTag = {
    tag: '!env',
    resolve: (name, onError) => {
      const value = env[name];
      if (name === '') onError('expected the name of an environment variable after !env');
      else if (value === undefined) onError(`environment variable ${name} is not set`);
      return value ?? '';
    },
  };
  const document = parseDocument(text, { lineCounter: lines, customTags: [envTag], prettyErrors: false });
  const problems: Problem[] = [...document.errors, ...document.warnings].map((error) => ({
    path: pathAt(document.contents, error.pos[0]),
    message: firstLine(error.message),
    at: lines.linePos(error.pos[0]),
  }));
  let value: unknown;
  try {
    value = withoutNulls(document.toJS({ maxAliasCount: 100 }));
  } catch (error) {
    problems.push({ path: [], message: firstLine((error as Error).message), at: { line: 1, col: 1 } });
  }
  return {
    value,
    problems,
    locate: (path, ofKey = false) => lines.linePos(offsetOf(document.contents, path, ofKey)),
  };
}

const firstLine = (message: string): string => message.split('\n', 1)[0]!.trim();

function offsetOf(root: Node | null, path: Path, ofKey: boolean): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const [depth, key] of path.entries()) {
    if (isAlias(node)) return offset;
    const pair = isMap(node) ? node.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined;
    const next: unknown = isSeq(node) ? node.items[Number(key)] : ofKey && depth === path.length - 1 ? pair?.key : (pair?.value ?? pair?.key);
    if (!isNode(next)) break;
    offset = next.range?.[0] ?? offset;
    node = next;
  }
  return offset;
}

function pathAt(root: Node | null, offset: number): Path {
  let found: PropertyKey[] = [];
  if (!root) return found;
  visit(root, {
    Node: (index, node, ancestors) => {
      if (!node.range || index === 'key' || offset < node.range[0] || offset > node.range[1]) return;
      found = [];
      for (const [depth, ancestor] of ancestors.entries()) {
        if (isPair(ancestor) && isScalar(ancestor.key)) found.push(String(ancestor.key.value));
        else if (isSeq(ancestor)) found.push(ancestor.items.indexOf((ancestors[depth + 1] ?? node) as Node));
      }
    },
  });
  return found;
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
