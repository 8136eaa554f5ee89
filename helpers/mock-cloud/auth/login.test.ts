import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatBasicAuth, JSON_TYPE, PROTOBUF, startTestMock, type TestMock } from '../testing/test-mock.ts';
import { readCredentials, type Service } from './credentials.ts';
import { checkLogin } from './login.ts';

const LEGACY = 'authentication error: legacy auth cannot be upgraded because the host is not found';
const INVALID = 'authentication error: invalid token';
const PATHS: Readonly<Record<Service, string>> = {
  otlp: '/otlp/v1/traces',
  prometheus: '/api/prom/api/v1/labels',
  loki: '/loki/api/v1/labels',
  tempo: '/tempo/api/echo',
};

describe('each service accepts its own instance ID only', () => {
  let running: TestMock;
  beforeAll(async () => {
    running = await startTestMock();
  });
  afterAll(() => running[Symbol.asyncDispose]());

  const login = async (service: Service, user: string, password: string) => {
    const method = service === 'otlp' ? 'POST' : 'GET';
    const answer = await request(running.mock.url + PATHS[service], {
      method,
      headers: { authorization: formatBasicAuth(user, password), ...JSON_TYPE },
      body: method === 'POST' ? '{}' : null,
    });
    return { status: answer.statusCode, body: await answer.body.text() };
  };

  test.each(['otlp', 'prometheus', 'loki', 'tempo'] as const)('%s', async (service) => {
    const { instanceIds, token } = running.credentials;
    for (const [owner, id] of Object.entries(instanceIds)) {
      const { status, body } = await login(service, id, token);
      expect({ owner, status }).toEqual({ owner, status: owner === service ? 200 : 401 });
      if (status === 401) expect(body).toContain(LEGACY);
    }
    expect(await login(service, instanceIds[service], 'glc_other')).toMatchObject({ status: 401 });
    expect((await login(service, instanceIds[service], 'glc_other')).body).toContain(INVALID);
    expect((await login(service, '999', token)).body).toContain(LEGACY);
  });

  test('a request without credentials is refused', async () => {
    const answer = await request(`${running.mock.url}/api/prom/push`, { method: 'POST', body: 'x' });
    expect(answer.statusCode).toBe(401);
    expect(await answer.body.json()).toEqual({ status: 'error', error: INVALID });
  });

  test('the gateway refuses in the type of the request', async () => {
    const { token } = running.credentials;
    for (const [type, body] of [
      [JSON_TYPE, JSON.stringify({ code: 16, message: LEGACY })],
      [PROTOBUF, `\x08\x10\x12\x53${LEGACY}`.replace('\x53', String.fromCharCode(LEGACY.length))],
    ] as const) {
      const answer = await request(`${running.mock.url}/otlp/v1/traces`, {
        method: 'POST',
        headers: { ...type, authorization: formatBasicAuth('2847239', token) },
        body: '',
      });
      expect(answer.statusCode).toBe(401);
      expect(await answer.body.text()).toBe(body);
    }
  });

  test('refused logins are listed with ID, service, reason and count, and without secrets', async () => {
    await login('otlp', '2847239', running.credentials.token);
    await login('otlp', running.credentials.token, '1461503');
    const answer = await request(`${running.mock.url}/-/refusals`);
    const page = await answer.body.text();
    expect(page).not.toContain(running.credentials.token);
    expect(page).not.toContain('glc_other');
    expect(JSON.parse(page).refusals).toContainEqual(
      expect.objectContaining({
        service: 'otlp',
        user: '2847239',
        reason: 'foreign instance ID',
        belongsTo: 'prometheus',
        count: expect.any(Number),
        lastTime: expect.any(Number),
      }),
    );
    expect(running.lines.join('\n')).toContain(
      'refused a login at the OTLP gateway: 2847239 is the instance ID of Prometheus (see GRAFANA_CLOUD_OTLP_INSTANCE_ID)',
    );
    expect(running.lines.join('\n')).not.toMatch(/glc_/);
  });

  test('guessed user names do not fill the memory', async () => {
    for (let user = 0; user < 400; user++) await login('tempo', String(user), running.credentials.token);
    const answer = await request(`${running.mock.url}/-/refusals`);
    const { refusals } = (await answer.body.json()) as { refusals: { user: string }[] };
    expect(refusals.length).toBeLessThanOrEqual(256);
    expect(refusals.at(-1)?.user).toBe('399');
  });
});

test.each(['PROMETHEUS', 'LOKI', 'TEMPO'])(
  'an OTLP ID that is also the %s ID opens that service and not the gateway',
  async (other) => {
    const credentials = readCredentials({
      GRAFANA_CLOUD_API_KEY: 'glc_x',
      GRAFANA_CLOUD_OTLP_INSTANCE_ID: '77',
      [`GRAFANA_CLOUD_${other}_INSTANCE_ID`]: '77',
    });
    await using running = await startTestMock({ credentials });
    expect(await running.post('otlp', '/otlp/v1/traces', '{}', JSON_TYPE)).toMatchObject({ status: 401 });
    const service = other.toLowerCase() as Service;
    expect(await running.get(service, PATHS[service])).toMatchObject({ status: 200 });
    expect(running.lines[0]).toContain('77 is the instance ID of');
  },
);

test.each([
  ['PROMETHEUS', '1461503', 'otlp'],
  ['LOKI', '2847239', 'prometheus'],
] as const)('a %s ID that is the default ID of another service opens that one only', async (name, id, owner) => {
  const credentials = readCredentials({ GRAFANA_CLOUD_API_KEY: 'glc_x', [`GRAFANA_CLOUD_${name}_INSTANCE_ID`]: id });
  const service = name.toLowerCase() as Service;
  const header = formatBasicAuth(id, 'glc_x');
  expect(checkLogin(header, service, credentials)).toMatchObject({ reason: 'foreign instance ID', belongsTo: owner });
  expect(checkLogin(header, owner, credentials)).toBeUndefined();
});

test('an environment without IDs and token gets the default IDs and a generated token', () => {
  const { token, isGenerated, instanceIds } = readCredentials({ GRAFANA_CLOUD_API_KEY: '' });
  expect(isGenerated).toBe(true);
  expect(token).toMatch(/^glc_[\w-]{20,}$/);
  expect(readCredentials({}).token).not.toBe(token);
  expect(instanceIds).toEqual({ otlp: '1461503', prometheus: '2847239', loki: '1419296', tempo: '1413606' });
});
