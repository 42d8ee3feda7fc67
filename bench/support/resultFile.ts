import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Outcome } from './bench.js';
import type { Machine } from './machine.js';

export interface BenchResult {
  readonly bench: string;
  readonly command: string;
  readonly machine: Machine;
  readonly figures: object; // empty while one that needs all kinds of trials lacks some
  readonly outcomes: readonly Outcome[];
}

export const resultPath = (root: string, name: string): string => join(root, 'bench/results', `${name}.json`);

export const readResult = (file: string): BenchResult | undefined =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as BenchResult) : undefined;

export function writeResult(file: string, result: BenchResult): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.part`, `${JSON.stringify(result, null, 2)}\n`);
  renameSync(`${file}.part`, file);
}
