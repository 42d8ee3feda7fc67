import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../bundleOptions.mjs';

const shippedThoughDevelopment = ['uplot']; // in the dashboard

/** Name, version and licence text of everything in the package that is not ours: npm's packages, and Node, which has those of V8, OpenSSL, … */
export function licences(nodeDir) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const shipped = Object.entries(packages)
    .map(([path, entry]) => ({ path, name: path.replace(/^.*node_modules\//, ''), ...entry }))
    .filter(({ path, name, dev }) => path !== '' && (!dev || shippedThoughDevelopment.includes(name)))
    .filter(({ path }) => existsSync(join(root, path)))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const texts = shipped.map(
    ({ path, name, version, license }) => `${name} ${version} (${license})\n\n${licenceText(join(root, path))}`,
  );
  return [...texts, `Node.js\n\n${readFileSync(join(nodeDir, 'LICENSE'), 'utf8')}`].join(`\n${'─'.repeat(100)}\n`);
}

function licenceText(folder) {
  const files = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|notice|thirdpartynotices)/i.test(name));
  return files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
}
