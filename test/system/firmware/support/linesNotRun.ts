import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { compileLibrary, compileProgram } from '../../../../firmware-bridge/sim/build.mjs';

interface GcovFile {
  readonly file: string;
  readonly lines: readonly { readonly line_number: number; readonly count: number }[];
}

/** Runs programs of firmware-bridge/device/test, counting lines; `file:line` of each line of the library that none of them ran. */
export function linesNotRun(dir: string, programs: Readonly<Record<string, readonly string[]>>): string[] {
  const objects = compileLibrary('coverage', dir);
  for (const [program, options] of Object.entries(programs)) {
    const into = join(dir, program);
    mkdirSync(into);
    execFileSync(compileProgram('coverage', program, into, objects), options);
  }
  const counts = readdirSync(dir).filter((name) => name.endsWith('.gcda'));
  const written = execFileSync('gcov', ['--json-format', '--stdout', ...counts], { cwd: dir, encoding: 'utf8' });
  const runs = new Map<string, number>();
  for (const report of written.trim().split('\n')) {
    for (const { file, lines } of (JSON.parse(report) as { files: GcovFile[] }).files) {
      if (!/device\/src\/sc_(?!net)/.test(file)) continue;
      for (const { line_number, count } of lines) {
        const line = `${basename(file)}:${line_number}`;
        runs.set(line, (runs.get(line) ?? 0) + count);
      }
    }
  }
  if (runs.size === 0) throw new Error('gcov counted nothing');
  return [...runs].filter(([, count]) => count === 0).map(([line]) => line);
}
