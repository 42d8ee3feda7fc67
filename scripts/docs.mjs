/** Writes the documents that come from the configuration schema, docs/stepcast.schema.json and docs/configuration.md, and the questions of docs/http.md. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { bundleOptions, root } from './bundleOptions.mjs';

const bundle = join(root, 'node_modules/.cache/stepcast/docs.mjs');
mkdirSync(dirname(bundle), { recursive: true });
await build({
  ...bundleOptions,
  stdin: {
    contents: `export { jsonSchemaText } from './src/config/jsonSchema.ts';
               export { configReference } from './src/config/configReference.ts';
               export { withHttpReference } from './src/http/httpReference.ts';`,
    resolveDir: root,
  },
  outfile: bundle,
});
const { jsonSchemaText, configReference, withHttpReference } = await import(pathToFileURL(bundle).href);
writeFileSync(join(root, 'docs/stepcast.schema.json'), jsonSchemaText());
writeFileSync(join(root, 'docs/configuration.md'), configReference());
const http = join(root, 'docs/http.md');
writeFileSync(http, withHttpReference(readFileSync(http, 'utf8')));
