import { enableCompileCache, flushCompileCache } from 'node:module';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

// Half of the start-up goes into stripping types; what has been stripped is kept beside the packages.
const directory = fileURLToPath(new URL('../../../node_modules/.cache/node-compile', import.meta.url));
enableCompileCache({ directory, portable: true });
const { alloy } = await import('./cli.ts');
// An engine that runs may be killed, which is too late to keep anything; until then others are asked to validate and format.
setTimeout(flushCompileCache, 1500).unref();

// Whoever read the output may be gone before the components have handed on what they hold.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', () => undefined);
}

const ended = (): Promise<string> =>
  new Promise((resolve) => {
    process.once('SIGINT', () => resolve('interrupt'));
    process.once('SIGTERM', () => resolve('termination'));
  });

process.exitCode = await alloy(process.argv.slice(2), {
  environment: process.env,
  readInput: () => buffer(process.stdin),
  writeOutput: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
  ended,
});
// Nothing that a component has left open may keep a program alive that has stopped.
setTimeout(() => process.exit(), 1000).unref();
