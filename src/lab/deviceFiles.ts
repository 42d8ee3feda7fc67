import { kernelFiles, kernelText } from '../deviceLibrary.js';
import { crc32 } from '../firmware/crc32.js';
import { IntegerNetwork } from '../firmware/integerNetwork.js';
import { kernelConfig } from '../firmware/kernelConfig.js';
import type { Blob } from '../firmware/readBlob.js';
import type { DeviceExport } from './deviceExport.js';

/** What is compiled and what is pushed, by file name. */
export function deviceFiles({ id, header, source, bytes, blob }: DeviceExport): Map<string, Uint8Array | string> {
  return new Map<string, Uint8Array | string>([
    [`${id}.c`, source],
    [`${id}.h`, header],
    [`${id}.blob`, bytes],
    ['golden.json', `${JSON.stringify(goldenVectors(blob), null, 1)}\n`],
    ['sc_net_config.h', kernelConfig(blob)],
    ...kernelFiles.map((name): [string, string] => [name, kernelText(name)]),
  ]);
}

/** The self-test of the blob in full: what goes in, and for an integer model exactly what comes out. */
function goldenVectors(blob: Blob): object {
  const { goldenSteps, columns, goldenX, kind, yBits } = blob;
  const x = (step: number) => goldenX.subarray(step * columns, (step + 1) * columns);
  const all = Array.from({ length: goldenSteps }, (_, step) => x(step));
  if (kind === 'float') return { kind, columns, steps: all.map((each) => ({ x: [...each] })), y: [...blob.golden] };
  const runner = new IntegerNetwork(blob);
  let crc = 0;
  const steps = all.map((each) => {
    const y = runner.step(each as Int16Array);
    crc = crc32(new Uint8Array(y.buffer), crc);
    return { x: [...each], y: [...y] };
  });
  const state = runner.saveState();
  return { kind, columns, yBits, steps, state: [...state], crc: crc32(state, crc) };
}
