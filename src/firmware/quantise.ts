import { columnBits, layerBits } from './blobFormat.js';
import type { DeviceLayer, DeviceNetwork, Rows } from './deviceNetwork.js';
import type { InputMeans } from './inputMeans.js';
import { fractionBits, type IntegerRows, quantiseRows } from './quantiseRows.js';
import type { Refusal } from './refusal.js';

export interface IntegerLayer {
  readonly q: number;
  readonly x: IntegerRows; // with all biases but c, and half a unit of what its gate's argument is rounded to
  readonly h: IntegerRows; // biases zero
  readonly c: Int32Array;
}

/** A network in integers. */
export interface QuantisedNetwork {
  readonly layers: readonly IntegerLayer[];
  readonly dense?: { readonly q: number; readonly rows: IntegerRows };
  readonly headQ: number;
  readonly head: IntegerRows;
  readonly direct?: IntegerRows;
  readonly gates: IntegerRows;
}

const columnLimit = 2 ** (15 - columnBits);
const hint = 'export it with --float';

/** Weights as int8 with a scale a row. `means`: what rows read on average, by which biases make up for rounding. @throws what `refuse` makes. */
export function quantise(network: DeviceNetwork, refuse: Refusal, means?: InputMeans): QuantisedNetwork {
  if (network.activation !== 'tanh')
    throw refuse(`its cells write with ${network.activation}, and an integer state is within ±1`, hint);
  const { dense, head, direct, gates, gated } = network;
  if (dense && dense.activation !== 'tanh' && dense.activation !== 'sigmoid')
    throw refuse(`the dense layer of its head is ${dense.activation}, and integers there are within ±1`, hint);
  const bitsOf = (what: string, summands: Parameters<typeof fractionBits>[0], least: number): number => {
    const q = fractionBits(summands, least);
    if (q === undefined) throw refuse(`the weights of its ${what} are too large for int8`, hint);
    return q;
  };
  const given = 2 ** (15 - layerBits(network.layers.length - 1, network.residual));
  const headReads = dense ? 1 : given;
  const denseQ = dense && bitsOf('dense layer', [{ rows: dense.rows, limit: given }], 16);
  const headQ = bitsOf(
    'head',
    [
      { rows: head, limit: headReads },
      ...(direct ? [{ rows: direct, limit: columnLimit }] : []),
      ...gated.map(() => ({ rows: gates, limit: headReads * columnLimit })),
    ],
    12,
  );
  return {
    layers: network.layers.map((layer, k) => {
      const limit = k === 0 ? columnLimit : 2 ** (15 - layerBits(k - 1, network.residual));
      const q = bitsOf(
        `layer ${k + 1}`,
        [
          { rows: layer.x, limit },
          { rows: layer.h, limit: 1 },
          { rows: { ...layer.h, bias: Float32Array.from(layer.c), count: layer.c.length, inputs: 0 }, limit: 1 },
        ],
        16,
      );
      return quantiseLayer(layer, q, means?.layers[k]);
    }),
    ...(dense &&
      denseQ !== undefined && {
        dense: { q: denseQ, rows: quantiseDense(dense.rows, denseQ, dense.activation as 'tanh', means?.v) },
      }),
    ...{ headQ, head: quantiseRows(head, headQ, means?.head) },
    ...(direct && { direct: quantiseRows(direct, headQ) }),
    gates: quantiseRows(gates, headQ, means?.head),
  };
}

/** What rounding takes from the rows of h on average is given back to c for the n of a GRU, and to the rows of x for all others. */
function quantiseLayer(layer: DeviceLayer, q: number, means: InputMeans['layers'][number] | undefined): IntegerLayer {
  const { cell, hidden: H } = layer;
  const x = quantiseRows(layer.x, q, means?.in);
  const h = quantiseRows(layer.h, q, means?.h);
  const reset = cell === 'gru-reset-before' ? quantiseRows(layer.h, q, means?.reset) : undefined;
  const c = Int32Array.from(layer.c, (each, u) => Math.round(each * 2 ** q) + h.bias[2 * H + u]);
  const written = { rnn: 0, gru: 2, 'gru-reset-before': 2, lstm: 3 }[cell]; // the gate of tanh
  const bias = x.bias.map((each, n) => {
    const gate = Math.floor(n / H);
    const given = gate === 2 && cell === 'gru' ? 0 : ((gate === 2 && reset) || h).bias[n];
    return each + given + half(q, gate === written ? 'tanh' : 'sigmoid');
  });
  return { q, x: { ...x, bias }, h: { ...h, bias: new Int32Array(h.count) }, c };
}

/** Half a unit of the Q15 argument of the table, so that cutting it off rounds. */
const half = (q: number, activation: 'tanh' | 'sigmoid'): number => 2 ** (q - (activation === 'tanh' ? 16 : 15));

function quantiseDense(
  rows: Rows,
  q: number,
  activation: 'tanh' | 'sigmoid',
  means: Float64Array | undefined,
): IntegerRows {
  const integer = quantiseRows(rows, q, means);
  return { ...integer, bias: integer.bias.map((each) => each + half(q, activation)) };
}
