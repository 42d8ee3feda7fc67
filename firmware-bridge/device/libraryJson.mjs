// library.json (PlatformIO) says what library.properties (Arduino) says: `node libraryJson.mjs` writes it, `--check` compares.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const properties = Object.fromEntries(
  readFileSync(new URL('library.properties', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);
const filesOf = (example) => readdirSync(new URL(`examples/${example}`, import.meta.url)).sort();
const manifest = {
  name: properties.name,
  version: properties.version,
  description: `${properties.sentence} ${properties.paragraph}`,
  keywords: ['serial', 'forecast', 'gru', 'lstm', 'sensor'],
  authors: [{ name: properties.author, maintainer: true }],
  homepage: properties.url,
  license: properties.license,
  frameworks: '*',
  platforms: properties.architectures,
  headers: properties.includes,
  build: { srcDir: 'src', includeDir: 'src', flags: ['-std=gnu99'] },
  export: { include: ['src', 'examples', 'library.properties'] },
  examples: readdirSync(new URL('examples', import.meta.url))
    .sort()
    .map((name) => ({ name, base: `examples/${name}`, files: filesOf(name) })),
};
const file = new URL('library.json', import.meta.url);
const text = `${JSON.stringify(manifest, null, 2)}\n`;
if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (readFileSync(file, 'utf8') !== text) throw new Error('library.json is not what libraryJson.mjs writes');
