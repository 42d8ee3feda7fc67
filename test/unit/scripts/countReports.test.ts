import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../../../scripts/countReports.mjs', import.meta.url));

function count(...args: string[]) {
  const { stdout, status } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  return { line: stdout.trim().split('\n').at(-1), status };
}

function report(
  numPassedTests: number,
  numFailedTests: number,
  testResults: object[] = [],
  success = numFailedTests === 0,
) {
  const file = join(mkdtempSync(join(tmpdir(), 'stepcast-reports-')), 'report.json');
  writeFileSync(file, JSON.stringify({ numPassedTests, numFailedTests, testResults, success }));
  return file;
}

describe('countReports', () => {
  it('adds the tests of the reports to the steps', () => {
    expect(count('check=0', '--report', `${report(5, 0)}=0`, '--report', `${report(7, 0)}=0`)).toEqual({
      line: '13 passed, 0 failed',
      status: 0,
    });
  });

  it('counts a failed step, failed tests, and files that broke while loading or setting up', () => {
    const unloaded = { name: '/a.test.ts', status: 'failed', assertionResults: [], message: 'no such module' };
    const unprepared = { name: '/b.test.ts', status: 'failed', assertionResults: [{ status: 'skipped' }] };
    const test = { status: 'failed', fullName: 'it works', failureMessages: ['it did not\n  at c'] };
    const failing = { name: '/c.test.ts', status: 'failed', assertionResults: [test] };
    expect(count('check=2', '--report', `${report(5, 2, [unloaded, unprepared, failing])}=1`)).toEqual({
      line: '5 passed, 5 failed',
      status: 1,
    });
  });

  it('names what failed above its last line', () => {
    const { stdout } = spawnSync(process.execPath, [script, 'check=2', '--report', '/nowhere/report.json=0'], {
      encoding: 'utf8',
    });
    expect(stdout.trim().split('\n')).toEqual([
      'failed: check ended with 2',
      'failed: /nowhere/report.json was not written',
      '0 passed, 2 failed',
    ]);
  });

  it('counts a run as failed that ended badly though no test failed', () => {
    expect(count('--report', `${report(5, 0)}=1`).line).toBe('5 passed, 1 failed');
    expect(count('--report', `${report(5, 0, [], false)}=0`).line).toBe('5 passed, 1 failed');
  });

  it('counts a run without a report as one failed', () => {
    expect(count('--report', '/nowhere/report.json=0')).toEqual({ line: '0 passed, 1 failed', status: 1 });
  });
});
