import { partsOf } from './deviceCost.js';
import type { DeviceCell } from './deviceNetwork.js';
import type { Blob } from './readBlob.js';

const cellMacros: Readonly<Record<DeviceCell, string>> = {
  rnn: 'RNN',
  gru: 'GRU',
  'gru-reset-before': 'GRU_BEFORE',
  lstm: 'LSTM',
};

/** sc_net_config.h for one model: leaves out of the kernels what it has no use for. */
export function kernelConfig(blob: Blob): string {
  const cells = new Set(blob.layers.map(({ cell }) => cell));
  const parts = new Set<string>(partsOf(blob));
  const left = [
    blob.kind === 'int8' ? 'FLOAT' : 'INT8',
    ...Object.entries(cellMacros).flatMap(([cell, macro]) => (cells.has(cell as DeviceCell) ? [] : [macro])),
    ...['residual', 'dense', 'gated', 'elapsed', 'calendar'].flatMap((part) =>
      parts.has(part) ? [] : [part.toUpperCase()],
    ),
  ];
  return `/* What the kernels leave out here, because this model has no use for it. For models of a slot take the library's own. */
#ifndef SC_NET_CONFIG_H
#define SC_NET_CONFIG_H

${left.map((macro) => `#define SC_NET_NO_${macro}`).join('\n')}

#endif
`;
}
