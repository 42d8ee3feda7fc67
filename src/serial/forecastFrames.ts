import type { HostMessage } from './frames/messages.js';

/** A forecast that is sent to a device: quantiles [horizon, levels]. */
export interface DeviceForecast {
  readonly tMs: number; // of the reading it follows
  readonly stepMs: number;
  readonly horizon: number;
  readonly levels: readonly number[]; // 0…1
  readonly values: ArrayLike<number>;
}

interface Place {
  readonly boot: number;
  readonly sequence: number;
  readonly channel: number;
  readonly maxPayload: number;
}

const mostSteps = 255;
const headBytes = 18;

/** A forecast as messages that the device takes: so many steps a message as fit, and of the levels those around the median that fit. */
export function forecastFrames({ stepMs, horizon, levels, values }: DeviceForecast, place: Place): HostMessage[] {
  const { maxPayload, ...where } = place;
  const median = levels.indexOf(0.5);
  const mostLevels = Math.min(9, Math.floor((maxPayload - headBytes) / 6));
  const from = Math.max(0, Math.min(median - Math.floor(mostLevels / 2), levels.length - mostLevels));
  const chosen = levels.slice(from, from + mostLevels);
  const steps = Math.min(horizon, mostSteps);
  const rows = Array.from({ length: steps }, (_, step) =>
    chosen.map((_, i) => values[step * levels.length + from + i]),
  );
  const atOnce = Math.floor((maxPayload - headBytes - 2 * chosen.length) / (4 * chosen.length));
  const head = { ...where, stepMs: Math.round(stepMs), horizon: steps };
  const asTenThousandths = chosen.map((level) => Math.round(level * 10_000));
  return Array.from({ length: Math.ceil(steps / atOnce) }, (_, i) => ({
    ...{ name: 'HOST_FORECAST', ...head, first: 1 + i * atOnce, levels: asTenThousandths },
    values: rows.slice(i * atOnce, (i + 1) * atOnce),
  }));
}
