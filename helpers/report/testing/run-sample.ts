/**
 * `node run-sample.ts FILE [external]`: runs the sample phase in its own vitest, with the reporter writing the verdict to FILE;
 * with `external` on a stack that already runs and whose Redis has no address.
 */
import { join } from 'node:path';
import { startVitest } from 'vitest/node';
import { sampleRun } from '../../clients/testing/sample-run.ts';
import { readPhase } from '../../run/phases.ts';
import { ROOT } from '../../settings/settings.ts';
import { verdictReporter } from '../verdict-reporter.ts';

const [file = '', stack] = process.argv.slice(2);
const redis = { host: '127.0.0.1', port: 1, password: '' };
const spec = join(import.meta.dirname, 'phase9-sample.spec.ts');

const vitest = await startVitest('test', [], {
  config: false,
  root: ROOT,
  include: [spec],
  name: 'criteria',
  watch: false,
  pool: 'threads',
  testTimeout: 3000,
  provide: {
    run: sampleRun({ startedAt: Date.now(), ...(stack === 'external' ? { stack } : { redis }) }),
    order: 'criteria',
    phases: [readPhase(spec)],
  },
  reporters: [verdictReporter({ print: true, file })],
});
await vitest.close();
