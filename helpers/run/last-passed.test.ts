import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sampleRun } from '../clients/testing/sample-run.ts';
import { findChanges, keepPassed } from './last-passed.ts';

const CONFIGURATION = `// a comment
prometheus.scrape "x" {
\tforward_to = [prometheus.remote_write.x.receiver]
\ttargets    = []
}

otelcol.auth.basic "x" {
\tpassword = "topsecret"
}
`;

async function compare(change: (text: string) => string) {
  const directory = await mkdtemp(join(tmpdir(), 'alloy-verify-'));
  const [config, file] = [join(directory, 'config.alloy'), join(directory, 'passed.json')];
  const run = sampleRun({ alloy: { ...sampleRun().alloy, config } });
  await writeFile(config, CONFIGURATION);
  await keepPassed(run, file);
  await writeFile(config, change(CONFIGURATION));
  return { changes: await findChanges(run, file), kept: await readFile(file, 'utf8') };
}

test('lines that have changed since all criteria held are named, without what they are set to', async () => {
  const { changes, kept } = await compare((text) =>
    text.replace('topsecret', 'other').replace('targets    = []\n', ''),
  );
  expect(changes).toEqual({
    since: expect.any(Number),
    configuration: { file: expect.stringContaining('config.alloy'), lines: [{ line: 7, name: 'password' }], gone: 2 },
    files: [],
  });
  expect(kept).not.toContain('topsecret');
});

test.each([
  ['a comment', (text: string) => text.replace('a comment', 'another one')],
  ['an indentation', (text: string) => text.replace('\ttargets    =', 'targets =')],
  ['the order of blocks', (text: string) => text.split('\n\n').reverse().join('\n\n')],
  ['nothing', (text: string) => text],
])('%s changes nothing', async (_, change) => {
  expect((await compare(change)).changes).toBeUndefined();
});

test('another configuration altogether is not compared', async () => {
  const other = Array.from({ length: 30 }, (_, index) => `line${index} = 1`).join('\n');
  expect((await compare(() => other)).changes).toBeUndefined();
});

test('where nothing has passed yet, nothing has changed since', async () => {
  expect(await findChanges(sampleRun(), '/nowhere/passed.json')).toBeUndefined();
});
