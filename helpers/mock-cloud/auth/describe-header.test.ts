import { expect, test } from 'vitest';
import { DEFAULT_IDS } from './credentials.ts';
import { describeHeader } from './describe-header.ts';

const token = 'glc_the+token/==';
const credentials = { token, isGenerated: false, instanceIds: DEFAULT_IDS };
const encode = (text: string) => Buffer.from(text).toString('base64');
const login = `${DEFAULT_IDS.otlp}:${token}`;

test.each<[what: string, header: string | undefined, problem: string]>([
  ['none', undefined, 'no Authorization header was sent'],
  ['an empty one', ' ', 'no Authorization header was sent'],
  ['Bearer', `Bearer ${token}`, 'Bearer was sent instead of Basic'],
  ['no scheme', encode(login), 'the word Basic is missing in front of the login'],
  ['only the token', token, 'the word Basic is missing in front of the login'],
  ['Digest', 'Digest username="x"', 'the scheme is Digest instead of Basic'],
  ['plain text', `Basic ${login}`, 'instance ID and token were not encoded in base64'],
  ['a variable', 'Basic $LOGIN', 'what follows Basic is not base64'],
  ['random bytes', 'Basic /////w==', 'what follows Basic is not base64'],
  ['encoded twice', `Basic ${encode(encode(login))}`, 'the login was encoded twice'],
  ['encoded twice with line ends', `Basic ${encode(`${encode(login)}\n`)}`, 'the login was encoded twice'],
  ['the scheme encoded', `Basic ${encode(`Basic ${encode(login)}`)}`, 'the word Basic was encoded as well'],
  ['the token alone', `Basic ${encode(token)}`, 'the token was sent without the instance ID'],
  ['the ID alone', `Basic ${encode('1461503')}`, 'the instance ID was sent without the token'],
  ['no colon', `Basic ${encode('1461503 x')}`, 'there is no colon between instance ID and token'],
  [
    'swapped',
    `Basic ${encode(`${token}:1461503`)}`,
    'the token is in front of the colon, where the instance ID belongs',
  ],
  ['two IDs', `Basic ${encode('1461503:2847239')}`, 'an instance ID is behind the colon, where the token belongs'],
  [
    'a line end',
    `Basic ${encode(`${login}\n`)}`,
    'the encoded login has a line end in it, as `echo` without -n adds one',
  ],
  ['a blank', `Basic ${encode(`1461503: ${token}`)}`, 'the encoded login has a blank in it'],
  ['quotes', `Basic ${encode(`1461503:"${token}"`)}`, 'the encoded login has quotes in it'],
  ['no ID', `Basic ${encode(`:${token}`)}`, 'the instance ID is empty'],
  ['no token', `Basic ${encode('1461503:')}`, 'the token is empty'],
  ['a placeholder', `Basic ${encode('1461503:<the token>')}`, 'the token is a placeholder that nothing was put in for'],
  [
    'a Grafana token',
    `Basic ${encode('1461503:glsa_x')}`,
    'a service account token (glsa_…), which opens Grafana only',
  ],
])('%s is told, without the token', (_, header, problem) => {
  expect(describeHeader(header, credentials)).toBe(problem);
});

test.each([login, '1461503:glc_another', '7:glc_another', 'x:y'])('the form of %s is right', (sent) => {
  expect(describeHeader(`Basic ${encode(sent)}`, credentials)).toBeUndefined();
});
