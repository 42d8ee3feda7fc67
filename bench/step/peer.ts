import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** As much of onnxruntime-node as is used. */
export interface NativeRuntime {
  readonly InferenceSession: {
    create(
      bytes: Uint8Array,
      options: object,
    ): Promise<{ run(feeds: Record<string, object>): Promise<Record<string, { data: Float32Array }>> }>;
  };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => object;
}

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../bench/peers'); // seen from the bundle
export const peerInstall = 'npm install --prefix bench/peers --no-save --ignore-scripts onnxruntime-node@1.30';

/** onnxruntime-node, installed apart from the project, which must not depend on it; or why it is not there. */
export function nativeRuntime(): NativeRuntime | string {
  try {
    return createRequire(join(folder, 'package.json'))('onnxruntime-node') as NativeRuntime;
  } catch (error) {
    return `no onnxruntime-node (${(error as Error).message.split('\n')[0]}): ${peerInstall}`;
  }
}
