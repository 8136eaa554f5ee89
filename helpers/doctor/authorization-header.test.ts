import { expect, test } from 'vitest';
import { describeHeader } from './authorization-header.ts';

const TOKEN = `glc_${Buffer.from('{"o":"1234","n":"alloy","k":"the-secret-part","m":{"r":"eu"}}').toString('base64')}`;
const CLOUD = {
  GRAFANA_CLOUD_API_KEY: TOKEN,
  GRAFANA_CLOUD_OTLP_INSTANCE_ID: '1461503',
  GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID: '2847239',
};
const encode = (text: string) => Buffer.from(text).toString('base64');
const GOOD = encode(`1461503:${TOKEN}`);

test.each([
  ['a whole line', `Authorization: Basic ${GOOD}\n`],
  ['the value alone', `Basic ${GOOD}`],
  ['OTEL_EXPORTER_OTLP_HEADERS', `Authorization=Basic%20${GOOD}`],
  ['its line in .env', `OTEL_EXPORTER_OTLP_HEADERS="Authorization=Basic%20${GOOD.replaceAll('=', '%3D')}"\n`],
  ['in quotes', `"Authorization: Basic ${GOOD}"`],
  ["curl's command", `curl -X POST -H 'Authorization: Basic ${GOOD}' -H 'Content-Type: application/json' https://x`],
  ["a line of curl's command", `  -H "Authorization: Basic ${GOOD}" \\\n`],
  ['its long option', `--header="authorization: Basic ${GOOD}" \\\n  --data '{}'`],
  ['a line of which a quote is missing', `-H "Authorization: Basic ${GOOD} \\\n`],
  ['a value in quotes', `"Basic ${GOOD}" \\\n`],
])('a good header is described: %s', (_, header) => {
  expect(describeHeader(header, CLOUD)).toEqual({
    facts: [
      'the login is base64-encoded',
      'the instance ID is 1461503, which is GRAFANA_CLOUD_OTLP_INSTANCE_ID',
      'the token is that of an access policy, "alloy", organisation 1234, region eu',
      'it is the same as GRAFANA_CLOUD_API_KEY',
    ],
    problems: [],
  });
});

test.each([
  ['Bearer', `Bearer ${TOKEN}`, 'Bearer header'],
  ['no scheme', GOOD, 'does not begin with "Basic "'],
  ['not encoded', `Basic 1461503:${TOKEN}`, 'not base64-encoded'],
  ['encoded twice', `Basic ${encode(GOOD)}`, 'encoded 2 times'],
  ['with the line end of echo', `Basic ${encode(`1461503:${TOKEN}\n`)}`, 'line end'],
  ['wrapped by base64', `Basic ${GOOD.slice(0, 76)}\n${GOOD.slice(76)}`, 'base64 -w0'],
  ['the wrong way round', `Basic ${encode(`${TOKEN}:1461503`)}`, 'the order is INSTANCE_ID:TOKEN'],
  ['a token alone', `Basic ${encode(TOKEN)}`, 'a token without its instance ID'],
  ["another service's ID", `Basic ${encode(`2847239:${TOKEN}`)}`, 'which is GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID'],
  ['a service account', `Basic ${encode('1461503:glsa_abc')}`, 'service account'],
  ['an ID that .env does not have', `Basic ${encode(`777:${TOKEN}`)}`, 'GRAFANA_CLOUD_OTLP_INSTANCE_ID is 1461503'],
  ['a blank after the colon', `Basic ${encode(`1461503: ${TOKEN}`)}`, 'a blank stands beside the token'],
  ['something else', `Basic ${encode('admin:admin')}`, 'not an instance ID'],
])('a header that is wrong is told as what it is, and its token never: %s', (_, header, problem) => {
  const { facts, problems } = describeHeader(header, CLOUD);
  expect(problems).toContainEqual(expect.stringContaining(problem));
  expect([...facts, ...problems].join()).not.toContain('the-secret-part');
  expect([...facts, ...problems].join()).not.toContain(TOKEN.slice(8, 30));
});
