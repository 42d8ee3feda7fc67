import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../firmware-bridge/device/src/', import.meta.url));

/** What a model of a device is compiled with. */
export const kernelFiles = [
  'sc_net.h',
  'sc_net_blob.h',
  'sc_net_math.h',
  'sc_net.c',
  'sc_net_series.c',
  'sc_net_int8.c',
  'sc_net_float.c',
  'sc_net_math.c',
] as const;

/** Its text, as the package ships it. */
export const kernelText = (name: (typeof kernelFiles)[number]): string => readFileSync(`${folder}${name}`, 'utf8');
