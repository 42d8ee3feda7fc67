import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programCommand } from '../../../../firmware-bridge/sim/build.mjs';

export type KernelTarget = 'asan' | 'posix' | 'm3' | 'm4f';

interface Run {
  readonly blob: Uint8Array;
  readonly input?: Uint8Array;
}

/** What the kernels print and write of a model on a target: firmware-bridge/device/test/kernels.c. */
export function runKernels(target: KernelTarget, mode: 'step' | 'observe' | 'cost', { blob, input }: Run) {
  const folder = mkdtempSync(join(tmpdir(), 'stepcast-kernels-'));
  const [model, from, to] = ['model', 'in', 'out'].map((name) => join(folder, name));
  try {
    writeFileSync(model, blob);
    if (input) writeFileSync(from, input);
    const { program, args } = programCommand(target, 'kernels', isBare(target) ? ['null'] : [], [
      mode,
      model,
      from,
      to,
    ]);
    const counted = isBare(target) && mode === 'cost' ? ['-icount', 'shift=0'] : [];
    const { status, stdout, stderr } = spawnSync(program, [...args, ...counted], {
      encoding: 'utf8',
      timeout: 300_000,
    });
    const [opened, ...lines] = stdout.trim().split('\n');
    if (status !== 0) throw new Error(`kernels on ${target}: ${status} ${stdout} ${stderr}`);
    const output = existsSync(to) ? Uint8Array.from(readFileSync(to)) : new Uint8Array();
    return { opened: JSON.parse(opened), output, cost: lines.length > 0 ? JSON.parse(lines[0]) : undefined };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const isBare = (target: KernelTarget): boolean => target === 'm3' || target === 'm4f';
