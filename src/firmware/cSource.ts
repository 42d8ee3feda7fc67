import type { Blob } from './readBlob.js';

export interface SourceSizes {
  readonly stateBytes: number;
  readonly scratchBytes: number;
}

/** A C identifier, and the name of the files, from the name of a model. */
export function identifierOf(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_+|_+$/g, '') || 'model';
  return /^\d|^sc_/i.test(plain) ? `model_${plain}` : plain;
}

/** NAME.h: what a sketch needs to know before it compiles. */
export function cHeader(id: string, blob: Blob, { stateBytes, scratchBytes }: SourceSizes): string {
  const big = id.toUpperCase();
  return `/* ${title(blob)} Made by stepcast export-c. */
#ifndef ${big}_H
#define ${big}_H

#include "sc_net.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ${big}_BLOB_SIZE ${blob.sizeBytes}u
#define ${big}_STATE_BYTES ${stateBytes}u
#define ${big}_SCRATCH_BYTES ${scratchBytes}u
#define ${big}_HORIZON ${blob.horizon}
#define ${big}_LEVELS ${blob.levels.length}
#define ${big}_FORECAST_VALUES ${blob.horizon * blob.levels.length}

/* The model, for sc_net_open. */
extern const union ${id}_model {
  uint8_t bytes[${big}_BLOB_SIZE];
  uint32_t aligned;
} ${id}_model;

#ifdef __cplusplus
}
#endif

#endif
`;
}

/** NAME.c: the weights as constants. */
export function cSource(id: string, blob: Blob, bytes: Uint8Array): string {
  return `/* ${title(blob)} Made by stepcast export-c; its bytes: protocol/model.md. */
#include "${id}.h"

#if defined(__AVR__) && !defined(SC_NET_BLOB_IN_RAM)
#include <avr/pgmspace.h>
#define IN_FLASH PROGMEM __attribute__((aligned(4)))
#else
#define IN_FLASH
#endif

const union ${id}_model ${id}_model IN_FLASH = {{
${lines(bytes)}
}};
`;
}

const title = ({ name, version, kind, layers, horizon, levels, sha256 }: Blob): string => {
  const cells = layers.map(({ cell, hidden }) => `${cell} of ${hidden}`).join(', ');
  const safe = name.replace(/[^\x20-\x7e]|\*\/|\/\*/g, '?');
  return `${safe} version ${version}: ${cells}, ${kind}, ${horizon} steps, ${levels.length} levels, from ONNX ${sha256.slice(0, 16)}.`;
};

function lines(bytes: Uint8Array): string {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += 20) rows.push(`  ${bytes.subarray(at, at + 20).join(', ')},`);
  return rows.join('\n');
}
