import { enableCompileCache, flushCompileCache } from 'node:module';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

// Stripping types takes half of the start-up time, so the result is cached next to the packages.
const directory = fileURLToPath(new URL('../../../node_modules/.cache/node-compile', import.meta.url));
enableCompileCache({ directory, portable: true });
const { alloy } = await import('./cli.ts');
// A running Alloy may be killed before it could write the cache on exit, so write it shortly after start-up.
setTimeout(flushCompileCache, 1500).unref();

// The reader of the output may exit before the components have flushed what they hold.
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
// A handle that a component left open must not keep a stopped process alive.
setTimeout(() => process.exit(), 1000).unref();
