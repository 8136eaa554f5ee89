import { describe, expect, test } from 'vitest';
import { type HttpClientArgs, httpClient } from '../../schema/blocks/http-client.ts';
import { block } from '../../schema/schema.ts';
import { buildArguments, type PartialArguments } from '../../testing/component-fixture.ts';
import { createPrometheusClient } from './prometheus-client.ts';

const createClient = (args: PartialArguments<HttpClientArgs>) =>
  createPrometheusClient(buildArguments(block(httpClient), args), 'prometheus.scrape');

describe('a file with a login that is not there', () => {
  // prometheus/common 0.70, config/http_config.go.
  test.each<[string, PartialArguments<HttpClientArgs>]>([
    ['basic auth password', { basic_auth: { username: '1', password_file: '/no/file' } }],
    ['authorization credentials', { authorization: { credentials_file: '/no/file' } }],
    ['authorization credentials', { bearer_token_file: '/no/file' }],
  ])('is told by each request, as the %s', (what, args) => {
    const { headers } = createClient(args);
    expect(headers).toThrow(
      `unable to read ${what}: unable to read file /no/file: open /no/file: no such file or directory`,
    );
  });
});
