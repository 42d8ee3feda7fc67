import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runInspect } from '../../../src/cli/runInspect.js';
import { hostileFiles } from '../../support/hostileFiles.js';
import { stepModelBytes } from '../../support/stepModel.js';

async function inspected(bytes: Uint8Array): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'stepcast-inspect-'));
  const file = join(dir, 'model.onnx');
  writeFileSync(file, bytes);
  let printed = '';
  const write = (text: string): boolean => Boolean((printed += text));
  await runInspect({ file, values: [], cadenceMs: 0, steps: 96, json: false }, { stdout: { write } } as never);
  rmSync(dir, { recursive: true });
  return printed;
}

it('says of a model whether it could be pushed', async () => {
  expect(await inspected(stepModelBytes())).toMatch(/^push +passes the inspection: at most 0\.1 MiB/m);
  const { bytes } = hostileFiles().find(({ name }) => name === 'a billion zeros in 96 bytes')!;
  expect(await inspected(bytes)).toMatch(
    /^push +would be refused: evil \[1000000000\] would take .* \[tensor-size\]$/m,
  );
});
