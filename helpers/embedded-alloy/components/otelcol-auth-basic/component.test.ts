import { expect, test } from 'vitest';
import { buildArguments, createFixture } from '../../testing/component-fixture.ts';
import { basicAuthBlock, createBasicAuth } from './component.ts';

test('a password file that is not there makes it unhealthy, and nothing ends', async () => {
  const fixture = createFixture('otelcol.auth.basic.x');
  const auth = createBasicAuth(
    buildArguments(basicAuthBlock, { client_auth: { username: '1', password_file: '/no/file' } }),
    fixture,
  );
  await auth.start();
  // Alloy 1.18, internal/component/otelcol/internal/scheduler, and credentialsfile of the collector 0.158.
  expect(fixture.health()).toEqual({
    state: 'unhealthy',
    message: 'failed to create components: open /no/file: no such file or directory',
  });
  const { handler } = auth.exports as { handler: { headers: () => Record<string, string> } };
  expect(handler.headers()).toEqual({ authorization: `Basic ${Buffer.from('1:').toString('base64')}` });
});
