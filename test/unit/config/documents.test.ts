import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configReference } from '../../../src/config/configReference.js';
import { jsonSchema, jsonSchemaText } from '../../../src/config/jsonSchema.js';
import { loadConfig } from '../../../src/config/loadConfig.js';

const committed = (name: string) => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');

interface Node {
  description?: string;
  properties?: Record<string, Node>;
  items?: Node;
}

describe('the documents made from the configuration schema', () => {
  it('are committed as the schema yields them: run `npm run docs` after a change', () => {
    expect(committed('stepcast.schema.json')).toBe(jsonSchemaText());
    expect(committed('configuration.md')).toBe(configReference());
  });

  it('show an example that is in order', () => {
    const [, example] = /```yaml\n(.*?)```/s.exec(configReference())!;
    const config = loadConfig({ text: example!, env: { BROKER_PASSWORD: 'x' }, hostName: 'pi' });
    expect(config.streams[0]!.settings).toMatchObject({ cadenceMs: 60_000, season: 1_440 });
  });

  it('describe every key', () => {
    const undescribed = (node: Node, path: string): string[] =>
      Object.entries({ ...node.properties, ...node.items?.properties }).flatMap(([name, child]) => [
        ...(child.description ? [] : [`${path}${name}`]),
        ...undescribed(child, `${path}${name}.`),
      ]);
    expect(undescribed(jsonSchema() as Node, '')).toEqual([]);
  });
});
