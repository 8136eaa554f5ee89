import { expect, test } from 'vitest';
import { findEnvironmentReads } from './find-environment-reads.ts';

test.each([
  'process.env.HOME;',
  'process["env"].HOME;',
  'process[name].HOME;',
  'const { env } = process;',
  'const p = process;',
  'read(process);',
  'const all = { process };',
  'globalThis.process.env;',
  'const { env } = globalThis.process;',
  'process.report.getReport();',
  "(await import('one')).env;",
  "import { env } from 'one';",
  "export { env } from 'one';",
  'const { env: variables } = one;',
  '$.env.HOME;',
  "one['env'].HOME;",
  'import.meta.env;',
  "process.loadEnvFile('.env');",
  "import { loadEnvFile } from 'one';",
  "import { loadEnv as load } from 'vite';",
  "import { parseEnv as parse } from 'node:util';",
  'util.parseEnv(text);',
  'const g = globalThis;',
  'const { process: p } = globalThis;',
  "globalThis['process'].env;",
  'read(global);',
  "readFileSync('.env');",
  'join(ROOT, `.env`);',
  "new URL('../../.env', import.meta.url);",
  "spawn('node', ['--env-file=.env']);",
  "spawn(node, ['--env-file-if-exists', path]);",
])('%s takes the environment', (source) => {
  expect(findEnvironmentReads('one.ts', `\n${source}`)).toEqual([2]);
});

test.each([
  'process.exit(1); process.stdout.write(process.argv[0]);',
  'const made = { process: 1, env: 2, report: 3 }; made.process; made.report;',
  'const env = { A: 1 }; spawn(node, { env });',
  "import type { Reader } from './reader.ts';",
  '// process.env',
  'globalThis.fetch(url); const made = { global: 1 }; made.global;',
  'type All = typeof globalThis;',
  "print('.env is right'); print('Correct this in .env'); readFileSync('.env.example');",
])('%s does not', (source) => {
  expect(findEnvironmentReads('one.ts', source)).toEqual([]);
});
