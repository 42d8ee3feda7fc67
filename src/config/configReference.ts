import { jsonSchema } from './jsonSchema.js';

interface Node {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
}

const opening = `# Configuration

One YAML 1.2 file, given with \`stepcast run --config FILE\`. Every key has a default: the empty file is a good one. Flags
(\`--broker\`, \`--topic\`, \`--db\`, \`--models\`, \`--http\`) stand above the file. \`stepcast check --config FILE\` says what is wrong, all of it at
once, with line and column; an unknown key is an error that names the nearest known one.

A secret need not stand in the file: \`password: !env BROKER_PASSWORD\` takes an environment variable, \`!file /run/secrets/broker\` the content of a
file, and \`!credential broker-password\` what systemd passes to the service with \`LoadCredential=broker-password:PATH\`; [operations](operations.md)
has an example.

\`stepcast.schema.json\`, beside this page, is the same as JSON Schema; this first line tells an editor of it:

\`\`\`yaml
# yaml-language-server: $schema=./node_modules/stepcast/docs/stepcast.schema.json
broker:
  url: mqtts://broker.example:8883
  username: greenhouse
  password: !env BROKER_PASSWORD
streams:
  - topic: zigbee2mqtt/+
    value: temperature
    time: last_seen
    cadence: 1m
    season: 1d
\`\`\`

A **duration** is a number and its unit: \`250ms\`, \`10s\`, \`1m\`, \`6h\`, \`90d\`, \`1w\`. A **size** counts in thousands (\`16MB\`) or in powers of two
(\`64KiB\`). A **JSON path** is \`temperature\`, \`sensors.0.temp\` or \`$.a.b\`. Relative paths start at the working directory.

This page and the schema are written by \`npm run docs\`.
`;

/** docs/configuration.md: a table of every key with its type, default and meaning, from the JSON Schema. */
export function configReference(): string {
  const schema = jsonSchema() as Node;
  const sections = Object.entries(schema.properties ?? {});
  const plain = sections.filter(([, node]) => !node.properties && !node.items?.properties);
  return [
    opening,
    table(plain.map(([name, node]) => [name, node])),
    ...sections.filter((section) => !plain.includes(section)).map(([name, node]) => sectionText(name, node)),
  ].join('\n');
}

function sectionText(name: string, node: Node): string {
  const list = node.items?.properties;
  const more = list ? ` A list; each entry has these keys. Default: \`${JSON.stringify(node.default)}\`.` : '';
  return `## ${name}\n\n${node.description}${more}\n\n${table(leaves(list ?? node.properties ?? {}, ''))}`;
}

function leaves(properties: Readonly<Record<string, Node>>, prefix: string): [string, Node][] {
  return Object.entries(properties).flatMap(([name, node]): [string, Node][] =>
    node.properties ? leaves(node.properties, `${prefix}${name}.`) : [[`${prefix}${name}`, node]],
  );
}

function table(rows: [string, Node][]): string {
  const cells = rows.map(([name, node]) => [`\`${name}\``, kind(node), fallback(node), node.description ?? '']);
  const lines = [['key', 'type', 'default', 'meaning'], ...cells];
  const widths = [0, 1, 2, 3].map((i) => Math.max(...lines.map((line) => line[i]!.length)));
  const printed = lines.map((line) => `| ${line.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |\n`);
  return [printed[0], `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |\n`, ...printed.slice(1)].join('');
}

function kind({ enum: choices, title, type }: Node): string {
  return choices ? choices.map((choice) => `\`${choice}\``).join(', ') : (title ?? String(type));
}

function fallback(node: Node): string {
  if (node.default === undefined) return '';
  return `\`${typeof node.default === 'string' ? node.default : JSON.stringify(node.default)}\``;
}
