import { Registry } from 'prom-client';
import type { Stability } from '../catalog/known-components.ts';
import { describeError } from '../language/describe-error.ts';
import type { Environment } from '../language/stdlib/stdlib.ts';
import { DiagnosticError, formatReport } from '../language/syntax/diagnostic.ts';
import type { Graph } from '../runtime/graph.ts';
import { loadGraph } from '../runtime/load.ts';
import { createLog } from '../runtime/logger.ts';
import type { RunningServer } from '../runtime/server.ts';

export type RunOptions = {
  readonly storagePath: string;
  /** `HOST:PORT`. Port 0 takes a free port, which the log shows. */
  readonly listenAddress: string;
  readonly uiPathPrefix: string;
  readonly stability: Stability;
  readonly communityComponents: boolean;
  readonly environment: Environment;
  readonly writeError: (text: string) => void;
};

/** How long all components together may take to flush what they hold, as in Alloy. */
const shutdownGrace = 60_000;

/**
 * Runs `alloy run PATH`: loads the configuration, serves HTTP, starts the components, and stops them when `ended`
 * resolves. Returns the exit code; all errors have been written by then.
 */
export async function run(path: string, options: RunOptions, ended: Promise<string>): Promise<0 | 1> {
  const log = createLog((line) => options.writeError(`${line}\n`));
  const registry = new Registry();
  let graph: Graph;
  try {
    graph = await loadGraph(path, { ...options, registry, log });
  } catch (error) {
    options.writeError(loadFailure(path, error));
    return 1;
  }
  const { startServer } = await import('../runtime/server.ts');
  let server: RunningServer;
  try {
    server = await startServer({ ...options, graph, registry });
  } catch (error) {
    options.writeError(`Error: failed to listen on ${options.listenAddress}: ${describeError(error)}\n`);
    return 1;
  }
  log.write('info', 'now listening for http traffic', { service: 'http', addr: server.address });
  await graph.start();
  const reason = await ended;
  log.write('info', `${reason} received, shutting down`, {});
  await graph.stop(shutdownGrace);
  await server.stop();
  return 0;
}

function loadFailure(path: string, error: unknown): string {
  if (error instanceof DiagnosticError) {
    return `${formatReport(error.diagnostics)}Error: could not perform the initial load successfully\n`;
  }
  return `Error: reading config path ${JSON.stringify(path)}: ${describeError(error)}\n`;
}
