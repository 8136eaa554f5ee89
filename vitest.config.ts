import { availableParallelism } from 'node:os';
import type { TestProjectInlineConfiguration } from 'vitest/config';
import { defineConfig } from 'vitest/config';
import { endIfRefused } from './helpers/cli/command.ts';
import { sendTelemetry } from './helpers/cli/send-telemetry.ts';
import { shared } from './helpers/cli/shared-state.ts';
import { readSentCounts } from './helpers/clients/alloy-metrics.ts';
import { formatErrors, formatSummary } from './helpers/report/terminal.ts';
import type { Verdict } from './helpers/report/verdict.ts';
import { verdictReporter } from './helpers/report/verdict-reporter.ts';
import { hasOrder, type Order } from './helpers/run/phases.ts';
import { readPhases } from './helpers/run/read-phases.ts';

const maxMs = 120_000;
const declared = await endIfRefused(async () => readPhases());

/** Criteria wait for telemetry on deadlines of their own, and each has a limit beyond them that ends what hangs. */
const phases = {
  globalSetup: ['helpers/cli/global-setup.ts'],
  testTimeout: maxMs,
  hookTimeout: maxMs,
  maxConcurrency: 50,
  pool: 'threads',
  isolate: false,
  // Criteria wait more than they work: each phase has a thread, however few cores there are.
  maxWorkers: declared.length,
  // Node runs TypeScript itself, and keeps what it has compiled for the next thread and the next run.
  experimental: { viteModuleRunner: false },
} satisfies TestProjectInlineConfiguration['test'];

/** The specs that have criteria of this order. */
function listSpecs(order: Order): string[] {
  return declared.filter((phase) => hasOrder(phase, order)).map(({ file }) => file);
}

let attached = false;

const isVerify = shared.run?.isVerify === true;

/** vitest shows what failed, and not what is missing. */
function choosePrint(): (verdict: Verdict) => string {
  if (!isVerify) return (verdict) => formatErrors(verdict).join('\n');
  return shared.run?.isPrinted ? formatSummary : () => '';
}

export default defineConfig({
  plugins: [
    {
      name: 'verdict',
      // A reporter of the command line replaces those of the configuration, and the verdict is written whatever is printed.
      configureVitest({ vitest }) {
        // It is called for each project, and the reporters are those of the whole run.
        if (attached) return;
        attached = true;
        vitest.config.reporters.push(
          verdictReporter({
            print: choosePrint(),
            // An Alloy that serves others as well counts what they send, too.
            countSent: async (run) => (run.stack === 'external' ? undefined : await readSentCounts(run)),
            sendTelemetry,
            ...(shared.run?.verdictFile !== undefined && { file: shared.run.verdictFile }),
            onVerdict: (verdict) => Object.assign(shared.run ?? {}, { verdict }),
          }),
        );
      },
    },
  ],
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['helpers/**/*.test.ts', 'fixtures/**/*.test.ts'],
          globalSetup: ['helpers/cli/unit-setup.ts'],
          testTimeout: 30_000,
          // Many wait for servers that they start: vitest's own choice, one less than there are cores, leaves those idle.
          maxWorkers: availableParallelism(),
          // What tests measure of the memory is what is left after a collection.
          execArgv: ['--expose-gc'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...phases,
          name: 'criteria',
          // `verify` has its phases run in one thread.
          include: isVerify ? ['helpers/cli/phases-together.spec.ts'] : listSpecs('criteria'),
          provide: { order: 'criteria' },
          sequence: { groupOrder: 1 },
        },
      },
      // The same files once more, for the criteria that take away what others use: they begin when all others have ended.
      {
        test: {
          ...phases,
          name: 'outages',
          include: listSpecs('outages'),
          provide: { order: 'outages' },
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
