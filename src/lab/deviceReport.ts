import { deviceCosts, type TargetCost } from '../firmware/deviceCost.js';
import type { ReplayScore } from '../firmware/replay.js';
import type { DeviceExport, DeviceExportOptions } from './deviceExport.js';

/** What an export is worth and what it costs: report.json. */
export interface DeviceReport {
  readonly model: string;
  readonly version: number;
  readonly sha256: string; // of the ONNX file
  readonly kind: 'int8' | 'float';
  readonly cells: readonly string[];
  readonly features: readonly string[];
  readonly target: string;
  readonly horizon: number;
  readonly levels: readonly number[];
  readonly season: number;
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly blobBytes: number;
  readonly stateBytes: number;
  readonly scratchBytes: number;
  readonly needsTime: boolean;
  readonly calibration: string | null; // null: a synthetic series
  readonly replays: readonly (ReplayScore & { readonly series: string })[];
  readonly targets: readonly TargetCost[];
}

export function deviceReport(made: DeviceExport, { calibrate }: Pick<DeviceExportOptions, 'calibrate'>): DeviceReport {
  const { model, blob, season, parameters, multiplyAdds, stateBytes, scratchBytes, replays } = made;
  const { features, target, horizon, levels } = model.metadata;
  return {
    ...{ model: model.name, version: model.version, sha256: model.sha256, kind: blob.kind },
    cells: blob.layers.map(({ cell, hidden }) => `${cell} ${hidden}`),
    ...{ features, target, horizon, levels, season, parameters, multiplyAdds },
    ...{ blobBytes: blob.sizeBytes, stateBytes, scratchBytes },
    needsTime: features.some((name) => /^(day|week)/.test(name)),
    calibration: calibrate ?? null,
    replays,
    targets: deviceCosts(blob, made),
  };
}

/** The same for people: report.txt. */
export function reportText(report: DeviceReport): string {
  const { replays, targets, calibration } = report;
  const number = (value: number): string => (Number.isFinite(value) ? value.toPrecision(4) : '–');
  const lines = [
    `${report.model} version ${report.version}: ${report.cells.join(', ')}, ${report.kind}`,
    `reads       ${report.features.join(', ')}${report.season > 0 ? `, a season of ${report.season} steps` : ''}`,
    `forecasts   ${report.target}, ${report.horizon} steps, levels ${report.levels.join(', ')}`,
    `needs       ${report.needsTime ? 'the time of day from the host' : 'nothing but its readings'}`,
    `parameters  ${report.parameters}; ${report.multiplyAdds} multiply–adds a step`,
    `model       ${report.blobBytes} bytes of flash; state ${report.stateBytes} and scratch ${report.scratchBytes} bytes of RAM`,
    '',
    calibration === null
      ? 'replayed    a synthetic series: give --calibrate FILE.csv for figures that mean something'
      : `replayed    ${calibration}`,
  ];
  for (const { series, steps, mase, error, saturation } of replays) {
    lines.push(`  ${series}: ${steps} steps`);
    if (mase.int8 === undefined || !error || !saturation) {
      lines.push(`    MASE        ${number(mase.float)}`);
      continue;
    }
    const change = 100 * (mase.int8 / mase.float - 1);
    lines.push(
      `    MASE        ${number(mase.float)} float, ${number(mase.int8)} int8 (${change >= 0 ? '+' : ''}${change.toFixed(2)} %)`,
      `    error of y  ${error.mean.toExponential(2)} mean, ${error.worst.toExponential(2)} worst, in the unit of the scaled series`,
      `    saturated   columns ${saturation.columns}, gates ${saturation.gates}, cells ${saturation.cells}, states ${saturation.states}`,
    );
  }
  lines.push('', 'estimates (docs/export-c.md says how they were measured):');
  lines.push('  target         code   flash with model     RAM  instructions a step');
  for (const { target, codeBytes, flashBytes, ramBytes, stepInstructions } of targets) {
    const cells = [`${codeBytes}`.padStart(6), `${flashBytes}`.padStart(18), `${ramBytes}`.padStart(8)];
    lines.push(`  ${target.padEnd(13)}${cells.join('')}  ${`${stepInstructions ?? '–'}`.padStart(19)}`);
  }
  return `${lines.join('\n')}\n`;
}
