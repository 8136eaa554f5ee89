import { expect, test } from 'vitest';
import { readSettings } from '../../settings/settings.ts';
import { isOwnImage, listImages } from './container-images.ts';

test('each part is a container of its own image, those of this project’s services and the mock of Node’s', () => {
  expect(Object.fromEntries(listImages(['postgres', 'alloy', 'lgtm', 'api', 'mock-cloud'], readSettings({})))).toEqual({
    postgres: 'postgres:17-alpine',
    'grafana-alloy': 'grafana/alloy:v1.18.0',
    lgtm: 'grafana/otel-lgtm:0.31.0',
    api: 'node:24-alpine',
    'mock-cloud': 'node:24-alpine',
  });
});

test('a registry comes before every name, and a variable names another image', () => {
  const environment = { IMAGE_REGISTRY: 'mirror.example/', NODE_IMAGE: 'node:24-slim', API_IMAGE: 'acme/api:7' };
  expect(Object.fromEntries(listImages(['redis', 'api', 'bot', 'mock-cloud'], readSettings(environment)))).toEqual({
    redis: 'mirror.example/redis:7.4-alpine',
    api: 'mirror.example/acme/api:7',
    bot: 'mirror.example/node:24-slim',
    'mock-cloud': 'mirror.example/node:24-slim',
  });
});

test('an image of Node alone is not somebody’s own service', () => {
  expect(isOwnImage('api', readSettings({ API_IMAGE: 'acme/api:7' }))).toBe(true);
  for (const API_IMAGE of ['', 'node:24-alpine', 'mirror.example/library/node:24', 'stand-in/node']) {
    expect(isOwnImage('api', readSettings({ API_IMAGE }))).toBe(false);
  }
  expect(isOwnImage('postgres', readSettings({ POSTGRES_IMAGE: 'acme/postgres' }))).toBe(false);
});
