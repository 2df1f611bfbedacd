import { defineConfig } from 'vitest/config';

const desk = 'test/portal/desk.test.ts';

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'server',
          include: ['src/**/*.test.ts', 'portal/src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['test/portal/**'],
          globalSetup: ['test/setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'portal',
          include: ['test/portal/**/*.test.ts'],
          exclude: [desk],
          globalSetup: ['test/setup.ts', 'test/portal/setup.ts'],
        },
      },
      {
        extends: true,
        // It publishes data sets, which all others would find: it has a community of its own.
        test: { name: 'desk', include: [desk], globalSetup: ['test/setup.ts', 'test/portal/setup.ts'] },
      },
    ],
    testTimeout: 240_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      // main.ts only runs as a process of its own, build.ts only before a package is made.
      exclude: ['src/**/*.test.ts', 'src/main.ts', 'src/fhir/definitions/build.ts'],
      reporter: ['text-summary', 'json-summary', 'json'],
      thresholds: {
        lines: 90,
        branches: 90,
        'src/{conditions,search,auth}/**': { lines: 95, branches: 95 },
      },
    },
  },
});
