import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tasks } from '../../../src/lab/trainJob.js';

const documents = fileURLToPath(new URL('../../../docs/tasks/', import.meta.url));
const executable = fileURLToPath(new URL('../../../dist/stepcast.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'stepcast-tasks-'));
const run = (...args: string[]) => spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
beforeAll(() => {
  if (!existsSync(executable)) throw new Error('dist/stepcast.js is missing: npm run build');
  expect(run(join(documents, 'data.mjs')).status).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const commandsOf = (name: string): string[] =>
  [...readFileSync(join(documents, name), 'utf8').matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block]) =>
    block.trim().split('\n'),
  );

describe('docs/tasks', () => {
  it('has a page for every task', () => {
    const pages = readdirSync(documents).filter((name) => name.endsWith('.md') && name !== 'README.md');
    expect(pages.map((name) => name.replace('.md', '')).sort()).toEqual([...tasks].sort());
  });

  for (const task of tasks) {
    it.each(commandsOf(`${task}.md`))('%s', (command) => {
      const [program, ...args] = command.split(' ');
      expect(program).toBe('stepcast');
      const { status, stdout, stderr } = run(executable, ...args);
      expect(stderr).not.toContain('stepcast:');
      expect(status).toBe(0);
      if (args[0] !== 'train') return;
      const share = /: ([\d.]+) % right, ([\d.]+) %/.exec(stdout);
      const error = /mean absolute error ([\d.]+), ([\d.]+) by answering 0/.exec(stdout);
      if (share) expect(Number(share[1])).toBeGreaterThan(Number(share[2]) + 15);
      else expect(Number(error![1])).toBeLessThan(0.8 * Number(error![2]));
    });
  }
});
