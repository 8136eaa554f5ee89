import type { TestProjectInlineConfiguration } from 'vitest/config';
import { defineConfig } from 'vitest/config';
import { readChosenPhases } from './helpers/report/chosen-phases.ts';
import { verdictReporter } from './helpers/report/verdict-reporter.ts';

const longest = 120_000;

/** Criteria wait for telemetry, on deadlines of their own; the test's own limit only ends what hangs. */
const phases = {
  globalSetup: ['helpers/cli/global-setup.ts'],
  testTimeout: longest,
  hookTimeout: longest,
  maxConcurrency: 50,
  pool: 'threads',
  isolate: false,
  // Criteria wait more than they work: each phase has a thread, however few cores there are.
  maxWorkers: 7,
  // Node runs TypeScript itself, and keeps what it has compiled for the next thread and the next run.
  experimental: { viteModuleRunner: false },
} satisfies TestProjectInlineConfiguration['test'];

let attached = false;

/** `verify` has its phases run in one thread; see there. */
const together = readChosenPhases().length > 0;

export default defineConfig({
  plugins: [
    {
      name: 'verdict',
      // A reporter of the command line replaces those of the configuration, and the verdict is written whatever is printed.
      configureVitest({ vitest }) {
        // It is called for each project, and the reporters are those of the whole run.
        if (attached) return;
        attached = true;
        const print = process.env.ALLOY_VERIFY_SUMMARY === '1';
        vitest.config.reporters.push(verdictReporter({ print }));
      },
    },
  ],
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['helpers/**/*.test.ts', 'fixtures/**/*.test.ts'],
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...phases,
          name: 'criteria',
          include: [together ? 'helpers/cli/phases-together.spec.ts' : 'phases/phase*.spec.ts'],
          provide: { order: 'criteria' },
          sequence: { groupOrder: 1 },
        },
      },
      // The same files once more, for the criteria that take away what others use: they begin when all others have ended.
      {
        test: {
          ...phases,
          name: 'outages',
          include: ['phases/phase{2,3,7}-*.spec.ts'],
          provide: { order: 'outages' },
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
