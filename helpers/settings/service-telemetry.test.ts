import { describe, expect, test } from 'vitest';
import { describeServiceTelemetry, listServiceTelemetry, readServiceTelemetry } from './service-telemetry.ts';

const list = (environment: Record<string, string>) => listServiceTelemetry(readServiceTelemetry(environment), 'run-1');
const describeLines = (environment: Record<string, string>) =>
  describeServiceTelemetry(readServiceTelemetry(environment));
const own = { OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=run-1' };

test.each([
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_EXPORTER_OTLP_PROTOCOL',
  'OTEL_EXPORTER_OTLP_CERTIFICATE',
  'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
  'OTEL_SDK_DISABLED',
  'OTEL_TRACES_EXPORTER',
  'OTEL_METRICS_EXPORTER',
  'OTEL_LOGS_EXPORTER',
  'OTEL_CONFIG_FILE',
  'OTEL_SERVICE_NAME',
  'OTEL_TRACES_SAMPLER',
  'OTEL_TRACES_SAMPLER_ARG',
  'LOG_LEVEL',
])('%s of a shell would take the telemetry of the services away: it is named, and they do not get it', (name) => {
  expect(list({ [name]: 'hunter2' })).toEqual(own);
  expect(describeLines({ [name]: 'hunter2' })).toEqual([
    expect.stringMatching(new RegExp(`^Not used: ${name}, because [^,]+\\.$`)),
  ]);
});

test.each([
  'OTEL_BSP_SCHEDULE_DELAY',
  'OTEL_EXPORTER_OTLP_TIMEOUT',
  'OTEL_EXPORTER_OTLP_LOGS_COMPRESSION',
  'OTEL_NODE_DISABLED_INSTRUMENTATIONS',
  'OTEL_SEMCONV_STABILITY_OPT_IN',
  'LOG_FORMAT',
])('%s reaches the services, and a run says so', (name) => {
  expect(list({ [name]: 'hunter2' })).toEqual({ ...own, [name]: 'hunter2' });
  expect(describeLines({ [name]: 'hunter2' })).toEqual([
    `Passed on to the services, and may change what they send: ${name}.`,
  ]);
});

test.each([
  ['silent', {}],
  ['warn', {}],
  ['info', { LOG_LEVEL: 'info' }],
  ['DEBUG', { LOG_LEVEL: 'DEBUG' }],
])('LOG_LEVEL=%s: the services log what criteria look for', (level, passedOn) => {
  expect(list({ LOG_LEVEL: level })).toEqual({ ...own, ...passedOn });
  expect(describeLines({ LOG_LEVEL: level })).toHaveLength(1);
});

test('the interval of metrics, which deadlines follow, and what is not about telemetry need no line', () => {
  const interval = { OTEL_METRIC_EXPORT_INTERVAL: '1000' };
  expect(list({ ...interval, HOTEL_NAME: 'x', PATH: '/bin' })).toEqual({ ...own, ...interval });
  expect(describeLines({ ...interval, HOTEL_NAME: 'x', PATH: '/bin' })).toEqual([]);
});

describe('OTEL_RESOURCE_ATTRIBUTES', () => {
  const read = (text: string) => {
    const environment = { OTEL_RESOURCE_ATTRIBUTES: text };
    return { attributes: list(environment).OTEL_RESOURCE_ATTRIBUTES, lines: describeLines(environment) };
  };
  const passedOn = 'Passed on to the services, and may change what they send: OTEL_RESOURCE_ATTRIBUTES.';

  test("are merged with the run's ID", () => {
    expect(read('team=x, deployment.environment=a%2Cb,')).toEqual({
      attributes: 'team=x, deployment.environment=a%2Cb,service.instance.id=run-1',
      lines: [passedOn],
    });
  });

  test('keep no name or ID that a service would not be found by', () => {
    expect(read('service.name=a,team=x,service%2Enamespace=b, service.instance.id = c')).toEqual({
      attributes: 'team=x,service.instance.id=run-1',
      lines: [
        'Not used: service.name of OTEL_RESOURCE_ATTRIBUTES, service.namespace of OTEL_RESOURCE_ATTRIBUTES, service.instance.id of OTEL_RESOURCE_ATTRIBUTES, because the run finds the services by their names and its ID.',
        passedOn,
      ],
    });
  });

  test.each(['team', 'a=b=c', '=x', 'team=%', `team=${'x'.repeat(256)}`])(
    'are left out whole where an SDK ignores all of them: %s',
    (entry) => {
      expect(read(`service.name=a,${entry}`)).toEqual({
        attributes: 'service.instance.id=run-1',
        lines: ['Not used: OTEL_RESOURCE_ATTRIBUTES, because an entry of it is not key=value with percent-encoding.'],
      });
    },
  );
});
