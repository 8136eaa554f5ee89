import { expect, test } from 'vitest';
import { createLog } from './logger.ts';

function logTo(): { lines: string[]; log: ReturnType<typeof createLog> } {
  const lines: string[] = [];
  return { lines, log: createLog((line) => lines.push(line)) };
}

test('lines wait for the settings, and lines below the level are dropped', () => {
  const { lines, log } = logTo();
  log.write('info', 'early', {});
  log.write('error', 'bad', {});
  expect(lines).toEqual([]);
  log.configure({ level: 'warn', format: 'logfmt' });
  log.write('debug', 'late', {});
  expect(lines).toEqual([expect.stringMatching(/^ts=\d{4}-\S+Z level=error msg=bad$/)]);
});

test('ambiguous logfmt values are quoted', () => {
  const { lines, log } = logTo();
  log.configure({ level: 'info', format: 'logfmt' });
  log.forComponent('prometheus.scrape.x')('info', 'a "b"\n', { url: 'http://a', empty: '', n: 5, pair: 'a=b' });
  expect(lines[0]).toMatch(
    / level=info msg="a \\"b\\"\\n" component_path=\/ component_id=prometheus\.scrape\.x url=http:\/\/a empty="" n=5 pair="a=b"$/,
  );
});

test('the JSON format writes one object per line', () => {
  const { lines, log } = logTo();
  log.configure({ level: 'info', format: 'json' });
  log.write('info', 'hello', { node: 'x' });
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', msg: 'hello', node: 'x' });
});
