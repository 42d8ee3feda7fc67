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

/** Reads YAML 1.2 with `!env NAME`. Syntax problems, and variables that are not set, come back all at once. */
export function readYaml(text: string, env: NodeJS.ProcessEnv): YamlText {
  const lines = new LineCounter();
  const envTag: ScalarTag = { tag: '!env', resolve: (name) => env[name] ?? '' };
  const document = parseDocument(text, { lineCounter: lines, customTags: [envTag], prettyErrors: false });
  const syntax = [...document.errors, ...document.warnings].map((error) => ({
    path: [],
    message: firstLine(error.message),
    at: lines.linePos(error.pos[0]),
  }));
  const result = {
    readable: document.errors.every(({ code }) => code === 'DUPLICATE_KEY'),
    problems: [...syntax, ...missingVariables(document, env)],
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

function missingVariables(document: Document, env: NodeJS.ProcessEnv): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Scalar: (index, node, ancestors) => {
      const name = node.source ?? '';
      if (node.tag !== '!env' || index === 'key' || env[name] !== undefined) return;
      const message =
        name === ''
          ? 'expected the name of an environment variable after !env'
          : `environment variable ${name} is not set`;
      problems.push({ path: pathOf([...ancestors, node]), message });
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
