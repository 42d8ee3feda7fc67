/**
 * `npm run package [-- --arch arm64|x64]… [--format deb|tar]… [--out DIR] [--quick]`: a .deb and a tarball of the tree as it is, for each
 * architecture, in release/ unless told otherwise; a line each with its size. Quick ones are compressed less, in a third of the time. Node comes from npm, better-sqlite3 is compiled (elsewhere's by Debian's cross
 * compiler). The same tree gives the same bytes: times are SOURCE_DATE_EPOCH, or that of the last commit.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './bundleOptions.mjs';
import { compileSqlite } from './package/compileSqlite.mjs';
import { fetchNode } from './package/fetchNode.mjs';
import { layTree } from './package/layTree.mjs';
import { packDeb } from './package/packDeb.mjs';
import { packTarball } from './package/packTarball.mjs';
import { run } from './package/run.mjs';
import { targets } from './package/targets.mjs';

const formats = { deb: packDeb, tar: packTarball };
const many = { type: 'string', multiple: true };
const { values } = parseArgs({
  options: {
    arch: many,
    format: many,
    out: { type: 'string', default: join(root, 'release') },
    quick: { type: 'boolean', default: false },
  },
});
const chosen = (option, known) => {
  const strange = values[option]?.find((name) => !Object.hasOwn(known, name));
  if (strange === undefined) return values[option] ?? Object.keys(known);
  console.error(`--${option}: expected ${Object.keys(known).join(' or ')}, got ${strange}`);
  process.exit(2);
};
const architectures = chosen('arch', targets);
const wanted = chosen('format', formats);

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const lastCommit = () => run('git', ['-C', root, 'log', '-1', '--format=%ct']);
const epoch = Number(process.env.SOURCE_DATE_EPOCH ?? (await lastCommit()));
const cache = join(root, '.cache/package');
const out = resolve(values.out);
const work = mkdtempSync(join(tmpdir(), 'stepcast-package-'));
try {
  mkdirSync(cache, { recursive: true });
  mkdirSync(out, { recursive: true });
  const bundle = join(work, 'dist');
  await run(process.execPath, [join(root, 'scripts/build.mjs'), '--self-contained', bundle]);
  const parts = await Promise.all(
    architectures.map(async (arch) => {
      const nodeDir = await fetchNode(arch, cache);
      return { arch, nodeDir, sqlite: await compileSqlite(arch, nodeDir, cache) };
    }),
  );
  for (const part of parts) {
    const { arch } = part;
    const tree = join(work, 'tree');
    await layTree(tree, { ...part, bundle, version });
    // the tarball's packer takes the tree with it, so it comes last
    for (const format of Object.keys(formats).filter((name) => wanted.includes(name))) {
      const file = await formats[format](tree, { arch, version, epoch, work, out, level: values.quick ? 2 : 6 });
      console.log(`${file}  ${(statSync(file).size / 1e6).toFixed(1)} MB`);
    }
    rmSync(tree, { recursive: true, force: true });
  }
} catch (error) {
  console.error(`package: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
