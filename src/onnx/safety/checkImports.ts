import type { ModelProto } from '../modelProto.js';
import { newestOpset, oldestOpset } from '../opset.js';
import { Refused } from './refusal.js';

const own = (domain: string | undefined): boolean => !domain || domain === 'ai.onnx';

/** One version of ONNX's own operators, and nobody else's. @throws {Refused} */
export function checkImports({ opsetImport = [] }: ModelProto): void {
  const foreign = opsetImport.find(({ domain }) => !own(domain));
  if (foreign) throw new Refused('domain', `it imports operators of the domain ${foreign.domain}`);
  if (opsetImport.length !== 1) throw new Refused('opset', `it imports ${opsetImport.length} operator sets, not one`);
  const { version = 0 } = opsetImport[0];
  if (version < oldestOpset || version > newestOpset)
    throw new Refused('opset', `opset ${version} is outside ${oldestOpset} to ${newestOpset}`);
}
