import { expect, test } from 'vitest';
import { describeToken } from './token.ts';

const encode = (payload: unknown) => `glc_${Buffer.from(JSON.stringify(payload)).toString('base64')}`;

test.each([
  [
    encode({ o: '1234', n: 'alloy', k: 'secret', m: { r: 'prod-eu-west-0' } }),
    { kind: 'access policy', organization: '1234', name: 'alloy', region: 'prod-eu-west-0' },
  ],
  [encode({ o: 1234, k: 'secret' }), { kind: 'access policy', organization: '1234' }],
  [encode({ n: 'a\u001b[31mb' }), { kind: 'access policy', name: 'a[31mb' }],
  [encode([1]), { kind: 'access policy' }],
  [encode({ n: { k: 'secret' } }), { kind: 'access policy' }],
  ['glc_notbase64!', { kind: 'access policy' }],
  [`"${encode({ n: 'alloy' })}"`, { kind: 'access policy', name: 'alloy' }],
  ["'glsa_abc' ", { kind: 'service account' }],
  ['glsa_abc', { kind: 'service account' }],
  ['eyJrIjoiYWJj', { kind: 'legacy API key' }],
  ['secret', { kind: 'unknown' }],
  ['', { kind: 'unknown' }],
])('a token says what it is, without its secret: %s', (token, description) => {
  expect(describeToken(token)).toEqual(description);
});
