/** Builds, then runs the system tests whose file name contains one of the words given, of all projects or those named: `npm run test:system -- crash`. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const run = (program, args) => {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) console.error(error.message);
  if (status !== 0) process.exit(status ?? 1);
};

run(process.execPath, [join(root, 'scripts/build.mjs')]);
const args = process.argv.slice(2);
const projects = args.some((arg) => arg.startsWith('--project')) ? [] : ['--project=system', '--project=package'];
run(join(root, 'node_modules/.bin/vitest'), ['run', ...projects, ...args]);
