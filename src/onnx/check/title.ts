import { nodeTitle } from '../graphNode.js';
import type { NodeProto } from '../modelProto.js';

/** A node of a file as messages name it. */
export const title = ({ opType, name, output }: NodeProto): string =>
  nodeTitle({ opType, name, inputs: [], outputs: output, attributes: {} });
