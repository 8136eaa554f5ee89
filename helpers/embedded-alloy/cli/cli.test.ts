import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { alloy } from './cli.ts';

let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cli-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

function file(text: string): string {
  const path = join(directory, 'case.alloy');
  writeFileSync(path, text);
  return path;
}

type Outcome = { readonly code: number; readonly out: string; readonly err: string };

type Session = {
  readonly outcome: Promise<Outcome>;
  /** Resolves with the first group of a pattern once it matches standard error. */
  readonly written: (pattern: RegExp) => Promise<string>;
  readonly end: () => void;
};

function start(args: readonly string[], input = ''): Session {
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  const watchers = new Set<() => void>();
  let out = '';
  let err = '';
  const code = alloy(args, {
    environment: {},
    readInput: async () => Buffer.from(input),
    writeOutput: (text) => {
      out += text;
    },
    writeError: (text) => {
      err += text;
      for (const watch of watchers) {
        watch();
      }
    },
    ended: () => ended,
  });
  const written = (pattern: RegExp): Promise<string> =>
    new Promise((resolve) => {
      const watch = (): void => {
        const found = pattern.exec(err)?.[1];
        if (found !== undefined) {
          watchers.delete(watch);
          resolve(found);
        }
      };
      watchers.add(watch);
      watch();
    });
  return { outcome: code.then((settled) => ({ code: settled, out, err })), written, end: () => end('interrupt') };
}

const alloyWith = (args: readonly string[], input?: string): Promise<Outcome> => start(args, input).outcome;

// Recorded from Alloy 1.18.
test.each<[string[], string]>([
  [['nope'], 'Error: unknown command "nope" for "alloy"\nRun \'alloy --help\' for usage.\n'],
  [['run'], 'Error: accepts 1 arg(s), received 0\n'],
  [['run', '--foo', 'x'], 'Error: unknown flag: --foo\n'],
  [['run', '-z', 'x'], "Error: unknown shorthand flag: 'z' in -z\n"],
  [['run', '--storage.path'], 'Error: flag needs an argument: --storage.path\n'],
  [['validate', 'a', 'b'], 'Error: accepts 1 arg(s), received 2\n'],
  [['validate', 'nofile'], 'Error: stat nofile: no such file or directory\n'],
  [
    ['validate', '--stability.level', 'foo', 'x'],
    'Error: invalid argument "foo" for "--stability.level" flag: invalid stability level "foo"\n',
  ],
  [['fmt', 'nofile'], 'Error: stat nofile: no such file or directory\n'],
  [['fmt', '/'], 'Error: cannot format a directory\n'],
  [['fmt', '-w'], 'Error: cannot use -w with standard input\n'],
  [['fmt', '-w', '-t', 'x'], 'Error: cannot use -w/--write and -t/--test at the same time\n'],
])('alloy %j fails as it does in Alloy', async (args, expected) => {
  expect(await alloyWith(args)).toEqual({ code: 1, out: '', err: expected });
});

test('--version and run print first that this is not Grafana Alloy', async () => {
  const version = await alloyWith(['--version']);
  expect(version.code).toBe(0);
  expect(version.out).toMatch(/^alloy, version v1\.18\.0 \(embedded Alloy, not Grafana Alloy\)\n$/);
  expect(version.err).toBe('embedded Alloy, not Grafana Alloy\n');
  const run = await alloyWith(['run', 'nofile']);
  expect(run).toEqual({
    code: 1,
    out: '',
    err: 'embedded Alloy, not Grafana Alloy\nError: reading config path "nofile": stat nofile: no such file or directory\n',
  });
});

test('fmt reads standard input, checks a file with -t and rewrites it with -w', async () => {
  const path = file('a {x=1}\n');
  const pretty = 'a {\n\tx = 1\n}\n';
  expect(await alloyWith(['fmt'], 'a {x=1}\n')).toEqual({ code: 0, out: pretty, err: '' });
  expect(await alloyWith(['fmt', '-t', path])).toEqual({
    code: 1,
    out: '',
    err: `Error: file ${path} is not formatted correctly\n`,
  });
  expect(await alloyWith(['format', '--write=true', path])).toEqual({ code: 0, out: '', err: '' });
  expect(readFileSync(path, 'utf8')).toBe(pretty);
  expect(await alloyWith(['fmt', '--test', path])).toEqual({ code: 0, out: '', err: '' });
});

test('run exits 1 and reports where the errors are before it serves anything', async () => {
  const path = file('otelcol.exporter.otlphttp "e" {\n\tclient {\n\t\tendpoint = "127.0.0.1:1"\n\t}\n}\n');
  const { code, err } = await alloyWith(['run', `--storage.path=${directory}/data`, path]);
  expect(code).toBe(1);
  expect(err).toBe(
    [
      'embedded Alloy, not Grafana Alloy',
      `Error: ${path}:1:1: Failed to build component: building component: endpoint must be a valid URL`,
      '',
      '1 |   otelcol.exporter.otlphttp "e" {',
      '  |  _^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^',
      '2 | |     client {',
      '3 | |         endpoint = "127.0.0.1:1"',
      '4 | |     }',
      '5 | | }',
      '  | |_^',
      '6 |   ',
      'Error: could not perform the initial load successfully',
      '',
    ].join('\n'),
  );
});

// Callers tell by these words whether a configuration needs a real Alloy or is wrong.
test.each([
  ['a component', 'loki.write "w" { }'],
  ['a block', 'declare "d" { }'],
  ['a function', 'prometheus.scrape "s" {\n\ttargets = encoding.from_yaml("[]")\n\tforward_to = []\n}'],
  ['an argument', 'prometheus.scrape "s" {\n\ttargets = []\n\tforward_to = []\n\tproxy_url = "http://x"\n}'],
])('run exits 1 for %s that only a real Alloy has, with an error that says so', async (_, text) => {
  const { code, err } = await alloyWith(['run', `--storage.path=${directory}/data`, file(text)]);
  expect(code).toBe(1);
  expect(err).toMatch(/^Error: .*the embedded Alloy.*ALLOY_BIN/m);
});

test('run exits 1 for a configuration that is wrong, with no such error', async () => {
  const wrong =
    'prometheus.scrape "s" {\n\ttargets = sys.env("ALLOY_BIN")\n\tforward_to = []\n}\nnothing.like "it" { }';
  const { code, err } = await alloyWith(['run', `--storage.path=${directory}/data`, file(wrong)]);
  expect(code).toBe(1);
  expect(err).toMatch(/^Error: /m);
  expect(err).not.toMatch(/^Error: .*the embedded Alloy.*ALLOY_BIN/m);
});

test('run serves its HTTP API until it is stopped, and exits 0', async () => {
  const path = file('otelcol.auth.basic "a" {\n\tusername = "u"\n\tpassword = "p"\n}\n');
  const args = [
    'run',
    '--disable-reporting',
    '--server.http.listen-addr',
    '127.0.0.1:0',
    '--stability.level=experimental',
  ];
  const session = start([...args, `--storage.path=${directory}/data`, path]);
  const address = await session.written(/now listening for http traffic.* addr=(\S+)/);
  const ready = await request(`http://${address}/-/ready`);
  expect([ready.statusCode, await ready.body.text()]).toEqual([200, 'Alloy is ready.\n']);
  const components = await request(`http://${address}/api/v0/web/components`);
  expect(await components.body.json()).toMatchObject([{ localID: 'otelcol.auth.basic.a' }]);
  session.end();
  expect((await session.outcome).code).toBe(0);
  await expect(request(`http://${address}/-/ready`)).rejects.toThrow();
});
