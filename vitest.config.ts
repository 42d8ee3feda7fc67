import { defineConfig } from 'vitest/config';

/** unit: pure and fast, part of `npm run check`. integration: real SQLite, WASM and embedded broker. system: needs Debian packages. */
const project = (name: string, include: string[], testTimeout: number) => ({
  test: { name, include, exclude: ['**/node_modules/**'], testTimeout, hookTimeout: testTimeout },
});

export default defineConfig({
  test: {
    projects: [
      // Pure: files share a thread and their modules, which are then loaded once.
      { test: { ...project('unit', ['test/unit/**/*.test.ts'], 10_000).test, isolate: false } },
      project('integration', ['test/integration/**/*.test.ts'], 60_000),
      { test: { ...project('system', ['test/system/**/*.test.ts'], 900_000).test, fileParallelism: false } },
    ],
  },
});
