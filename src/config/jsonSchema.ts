import { z } from 'zod';
import { configSchema } from './schema.js';

/** JSON Schema (2020-12) of the configuration file, for editors: docs/stepcast.schema.json. */
export function jsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { io: 'input' });
  return {
    $schema,
    title: 'stepcast configuration',
    description: 'Every key has a default. Any string may be `!env NAME`, `!file PATH` or `!credential NAME`.',
    ...schema,
  };
}

export const jsonSchemaText = (): string => `${JSON.stringify(jsonSchema(), undefined, 2)}\n`;
