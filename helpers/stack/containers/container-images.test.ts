import { expect, test } from 'vitest';
import { imagesOf, isOwnImage } from './container-images.ts';

test('each part is a container of its own image, those of this project’s services and the mock of Node’s', () => {
  expect(Object.fromEntries(imagesOf(['postgres', 'alloy', 'api', 'cloud'], {}))).toEqual({
    postgres: 'postgres:17-alpine',
    'grafana-alloy': 'grafana/alloy:v1.18.0',
    api: 'node:24-alpine',
    cloud: 'node:24-alpine',
  });
});

test('a registry comes before every name, and a variable names another image', () => {
  const environment = { IMAGE_REGISTRY: 'mirror.example/', NODE_IMAGE: 'node:24-slim', API_IMAGE: 'acme/api:7' };
  expect(Object.fromEntries(imagesOf(['redis', 'api', 'bot', 'cloud'], environment))).toEqual({
    redis: 'mirror.example/redis:7.4-alpine',
    api: 'mirror.example/acme/api:7',
    bot: 'mirror.example/node:24-slim',
    cloud: 'mirror.example/node:24-slim',
  });
});

test('an image that is Node alone is no service of somebody’s own', () => {
  expect(isOwnImage('api', { API_IMAGE: 'acme/api:7' })).toBe(true);
  for (const API_IMAGE of ['', 'node:24-alpine', 'mirror.example/library/node:24', 'stand-in/node']) {
    expect(isOwnImage('api', { API_IMAGE })).toBe(false);
  }
  expect(isOwnImage('postgres', { POSTGRES_IMAGE: 'acme/postgres' })).toBe(false);
});
