import type { GraphBuilder } from '../onnx/graphBuilder.js';
import { ElementType } from '../onnx/modelProto.js';
import { clipByGlobalNorm } from './clipByGlobalNorm.js';
import { clipByValue } from './clipByValue.js';

export interface ClipLimits {
  readonly clipValue?: number;
  readonly clipNorm?: number;
}

export interface Clipped {
  readonly gradients: readonly string[];
  readonly norm: string; // of all gradients together, before any clip
  readonly clipped: string; // how much the clip bit: share of the elements beyond `clipValue`, else 1 or 0 for the norm
}

/** Clips gradients by value, then by their common norm, as far as limits are given. */
export function clip(g: GraphBuilder, raw: readonly string[], { clipValue, clipNorm }: ClipLimits): Clipped {
  const { norm, gradients: withinNorm } = clipByGlobalNorm(g, raw, clipNorm ?? 1);
  if (clipValue === undefined) {
    if (clipNorm === undefined) return { gradients: raw, norm, clipped: g.scalar(0) };
    const over = g.op('Greater', [norm, g.scalar(clipNorm)]);
    return { gradients: withinNorm, norm, clipped: g.op('Cast', [over], { to: ElementType.float32 }) };
  }
  const { gradients, share } = clipByValue(g, raw, clipValue);
  const both = clipNorm === undefined ? gradients : clipByGlobalNorm(g, gradients, clipNorm).gradients;
  return { gradients: both, norm, clipped: share };
}
