import { expect, test } from 'vitest';
import { parseUrl } from './url-parts.ts';

test.each([
  ['https://u:p@otlp.example:443/otlp?a=/b#c', { scheme: 'https', host: 'otlp.example', port: '443', path: '/otlp' }],
  ['http://[::1]:4318', { scheme: 'http', host: '::1', port: '4318', path: '' }],
  ['http://[::1]/x', { scheme: 'http', host: '::1', port: '', path: '/x' }],
  ['localhost:1/v1/traces', { scheme: 'localhost', host: '', port: '', path: '' }],
  ['foo:/bar', { scheme: 'foo', host: '', port: '', path: '/bar' }],
  ['otlp.example/otlp', { scheme: '', host: '', port: '', path: '' }],
])('%s is split as by Go', (url, parts) => {
  expect(parseUrl(url)).toEqual(parts);
});
