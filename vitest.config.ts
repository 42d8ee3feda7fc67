import { defineConfig } from 'vitest/config';

/**
 * unit: pure and fast, part of `npm run check`. integration: real SQLite, WASM and embedded broker. system: needs Debian packages. package: of
 * these the one that computes for minutes and has time.
 */
const project = (name: string, include: string[], testTimeout: number, exclude: string[] = []) => ({
  test: { name, include, exclude: ['**/node_modules/**', ...exclude], testTimeout, hookTimeout: testTimeout },
});
const packageTests = 'test/system/package/**/*.test.ts';
const inTurn = { fileParallelism: false };

export default defineConfig({
  test: {
    coverage: {
      include: ['src/serial/**'], // every file of it, run or not
      reporter: ['text'],
      reportsDirectory: '.cache/coverage',
      thresholds: { lines: 99, statements: 98, functions: 98, branches: 96 },
    },
    projects: [
      // Pure: files share a thread and their modules, which are then loaded once.
      { test: { ...project('unit', ['test/unit/**/*.test.ts'], 10_000).test, isolate: false } },
      project('integration', ['test/integration/**/*.test.ts'], 60_000),
      { test: { ...project('system', ['test/system/**/*.test.ts'], 900_000, [packageTests]).test, ...inTurn } },
      { test: { ...project('package', [packageTests], 900_000).test, ...inTurn } },
    ],
  },
});
