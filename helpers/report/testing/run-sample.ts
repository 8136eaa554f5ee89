/**
 * `node run-sample.ts FILE [without redis | without control | side by side | broken]`: runs a sample phase in its own vitest, with
 * the reporter writing the verdict to FILE. Prints what it is asked to do with the parts of its stack, a line each. Without
 * Redis or without control of the parts, the stack is one that already runs. Side by side, it is the phase whose criteria
 * run concurrently; broken, one whose body throws.
 */
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { startVitest } from 'vitest/node';
import { sampleRun } from '../../clients/testing/sample-run.ts';
import { readPhase } from '../../run/read-phases.ts';
import { ROOT } from '../../settings/settings.ts';
import { formatSummary } from '../terminal.ts';
import { verdictReporter } from '../verdict-reporter.ts';

const [file = '', variant] = process.argv.slice(2);
const isExternal = variant === 'without redis' || variant === 'without control';
const redis = { host: '127.0.0.1', port: 1, password: '' };
const variants: Readonly<Record<string, string>> = { 'side by side': 'phase8-side-by-side', broken: 'phase7-broken' };
const name = `${variants[variant ?? ''] ?? 'phase9-sample'}.spec.ts`;
const spec = join(import.meta.dirname, name);

const controlSocket = `${file}.sock`;
const control = createServer((request, response) => {
  process.stdout.write(`asked to ${request.url}\n`);
  response.writeHead(204).end();
});
control.listen(controlSocket);
await once(control, 'listening');

const vitest = await startVitest('test', [], {
  config: false,
  root: ROOT,
  include: [spec],
  name: 'criteria',
  watch: false,
  pool: 'threads',
  testTimeout: 10_000,
  ...(variant === 'without control' && { testNamePattern: 'P9.8' }),
  provide: {
    run: sampleRun({
      startedAt: Date.now(),
      ...(isExternal && { stack: 'external' }),
      ...(variant !== 'without redis' && { redis }),
      ...(variant !== 'without control' && { controlSocket }),
    }),
    order: 'criteria',
    phases: [readPhase(spec)],
  },
  reporters: [
    verdictReporter({
      print: formatSummary,
      file,
      sendTelemetry: async (judged) => ({
        ...judged,
        ownTelemetry: { problem: `${existsSync(file) ? 'after' : 'before'} the verdict was written` },
      }),
    }),
  ],
});
await vitest.close();
control.closeAllConnections();
control.close();
rmSync(controlSocket, { force: true });
