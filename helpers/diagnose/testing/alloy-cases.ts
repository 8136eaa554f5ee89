import { sampleRun } from '../../clients/testing/sample-run.ts';
import { change, workingFlow } from '../../flow/testing/recorded-flow.ts';
import { parseLog } from '../alloy-log.ts';
import {
  asked,
  type Cases,
  delivering,
  error,
  inState,
  line,
  NOW,
  RECEIVER,
  REDIS,
  SCRAPE,
  trace,
} from './symptoms.ts';

const wrongUrl = { variable: 'ALLOY_URL', address: 'http://127.0.0.1:1', answer: 'web page' } as const;
const wrongReceiver = { variable: 'ALLOY_OTLP_HTTP', address: 'http://127.0.0.1:1', answer: 404 } as const;
const inUse = 'listen tcp 0.0.0.0:4317: bind: address already in use';

const failing = (reason: string) =>
  change(delivering(), SCRAPE, { targets: [{ url: 'u', labels: REDIS, error: reason, isScraped: true }] });

/** Rules about Alloy itself, and about what it scrapes. */
export const alloyCases: Cases = {
  'configuration error': {
    speaks: { alloyAnswers: false, alloyLog: parseLog('Error: /x/config.alloy:3:15: expected block label\n') },
    finds: { file: '/x/config.alloy', line: 3, column: 15, message: 'expected block label' },
    silent: {
      'Alloy runs': { alloyLog: parseLog('Error: /x/config.alloy:3:15: expected block label') },
      'the error names no place': { alloyAnswers: false, alloyLog: parseLog('Error: out of memory') },
    },
  },
  'no answer from Alloy': {
    speaks: {
      alloyAnswers: false,
      flow: undefined,
      alloyLog: parseLog(`ts=${NOW} level=error msg="giving up" err="disk full"`),
    },
    finds: { url: 'http://127.0.0.1:1', lastLog: { component: '', message: 'giving up: disk full' } },
    silent: {
      'Alloy answers': { alloyLog: parseLog(`ts=${NOW} level=error msg="giving up"`) },
      'it describes no components': { flow: undefined },
    },
  },
  'wrong address of Alloy': {
    speaks: { ...error, needs: [], wrongAddresses: [wrongUrl] },
    finds: { addresses: [wrongUrl] },
    silent: {
      'Alloy answers everywhere': {},
      'a receiver is elsewhere, and what was asked came another way': { wrongAddresses: [wrongReceiver] },
      'a receiver is elsewhere, and a service sends to its own': {
        ...trace,
        needs: ['api'],
        wrongAddresses: [wrongReceiver],
      },
      'a receiver is elsewhere, and a component is unhealthy': {
        ...error,
        needs: [],
        wrongAddresses: [wrongReceiver],
        flow: inState(workingFlow(), SCRAPE, 'unhealthy'),
      },
    },
  },
  'unhealthy components': {
    speaks: { ...trace, flow: inState(workingFlow(), RECEIVER, 'unhealthy', inUse) },
    finds: { ids: [RECEIVER], message: inUse, portInUse: true },
    silent: {
      'it has only just started': { ...trace, flow: inState(workingFlow(), RECEIVER, 'unknown', '') },
      'it is on the other path': { flow: inState(workingFlow(), RECEIVER, 'unhealthy') },
      'it is the exporter of another part': {
        flow: inState(delivering(), 'prometheus.exporter.postgres.postgres', 'unhealthy'),
      },
      'it is the scrape of another part': { flow: inState(delivering(), 'prometheus.scrape.rabbitmq', 'exited') },
      'it relabels the targets of another part': {
        flow: inState(delivering(), 'discovery.relabel.postgres', 'unhealthy'),
      },
      'an assertion about a part failed': { ...error, flow: inState(delivering(), SCRAPE, 'unhealthy') },
    },
  },
  'source unreachable': {
    speaks: { unreachable: [{ part: 'redis', address: '127.0.0.1:6379' }] },
    finds: { source: 'redis', address: '127.0.0.1:6379', variable: 'REDIS_URL' },
    silent: { 'every suspect takes connections': { unreachable: [] } },
  },
  'source fails': {
    speaks: { faulty: [{ part: 'redis', address: 'h:1', fault: 'too many clients', reason: 'ERR max' }] },
    finds: { source: 'redis', address: 'h:1', fault: 'too many clients', reason: 'ERR max', variable: 'REDIS_URL' },
    silent: {
      'every suspect does what it should': { faulty: [] },
      'a source can’t be written to, and is only measured': {
        faulty: [{ part: 'redis', address: 'h:1', fault: 'read-only', reason: 'it is a replica' }],
      },
      'a source has no metrics per object, and no queue is asked about': {
        faulty: [{ part: 'rabbitmq', address: 'h:1', fault: 'no metrics per object', reason: 'no label' }],
      },
      'a source lacks what its metrics need, and none is asked about': {
        ...trace,
        faulty: [{ part: 'rabbitmq', address: 'h:1', fault: 'no metrics page', reason: 'nothing listens' }],
      },
      'it is a service': { faulty: [{ part: 'api', address: 'h:1', fault: 'unhealthy', reason: 'redis: gone' }] },
    },
  },
  'fixture failed': {
    speaks: { ...error, needs: ['api'], run: sampleRun({ incomplete: { postgres: '2-schema.sql:7: bad' } }) },
    finds: { source: 'postgres', reason: '2-schema.sql:7: bad' },
    silent: {
      'all of them were taken': { ...error, needs: ['api'] },
      'the criterion needs no PostgreSQL': { ...error, run: sampleRun({ incomplete: { postgres: 'bad' } }) },
      'it asks about another source': { run: sampleRun({ incomplete: { postgres: 'bad' } }) },
    },
  },
  'machine overloaded': {
    speaks: { ...asked({ deadlineMs: 10_400 }), delay: 14_200, load: { load: 18, cores: 2 } },
    finds: { load: 18, cores: 2, delay: 14_200, limit: 10_400 },
    silent: {
      'the machine has little to do': { ...asked({}), delay: 14_200, load: { load: 2, cores: 2 } },
      'it has not come since': { ...asked({}), delay: 'never', load: { load: 18, cores: 2 } },
      'it can’t be asked for again': { ...asked({}), load: { load: 18, cores: 2 } },
      'the backend is not on this machine': {
        ...asked({}),
        delay: 14_200,
        load: { load: 18, cores: 2 },
        run: sampleRun({ backend: 'cloud' }),
      },
      'an assertion failed': { ...error, load: { load: 18, cores: 2 } },
      'a part gives no answer': {
        evidence: { kind: 'error', message: 'timeout expired', isTimeout: true },
        load: { load: 18, cores: 2 },
        unreachable: [{ part: 'redis', address: 'h:1' }],
      },
    },
  },
  'service unhealthy': {
    speaks: { ...error, faulty: [{ part: 'api', address: 'h:1', fault: 'unhealthy', reason: 'redis: gone' }] },
    finds: { service: 'api', address: 'h:1', reason: 'redis: gone' },
    silent: {
      'no service says so': { ...error },
      'it is a source': { ...error, faulty: [{ part: 'redis', address: 'h:1', fault: 'login', reason: 'NOAUTH' }] },
    },
  },
  'exporter cannot connect': {
    speaks: {
      exporterUp: 0,
      alloyLog: line('prometheus.exporter.redis.redis', 'Redis INFO err: NOAUTH Authentication required.', ''),
    },
    finds: {
      source: 'redis',
      fault: 'no login',
      reason: 'NOAUTH Authentication required.',
      place: { component: 'prometheus.exporter.redis.redis', setting: 'redis_password' },
    },
    silent: {
      'the exporter says that it can': {
        exporterUp: 1,
        alloyLog: line('prometheus.exporter.redis.redis', "Couldn't connect to redis instance", 'EOF'),
      },
      'the exporter has not been scraped': {
        alloyLog: line('prometheus.exporter.redis.redis', "Couldn't connect to redis instance", 'EOF'),
      },
      'the criterion took the part away': { exporterUp: 0, takenAway: ['redis'] },
      'the exporter itself can’t be scraped': {
        exporterUp: 0,
        flow: failing('connection refused'),
        alloyLog: line('prometheus.exporter.redis.redis', "Couldn't connect to redis instance", 'EOF'),
      },
      'its scrape is slow for an unknown reason': { flow: failing('context deadline exceeded') },
      'the configuration has no such exporter': {
        exporterUp: 0,
        flow: {
          ...delivering(),
          components: delivering().components.filter(({ name }) => name !== 'prometheus.exporter.redis'),
        },
      },
      'what was asked measures no part': {
        exporterUp: 0,
        evidence: { kind: 'error', message: 'x' },
      },
    },
  },
  'scrape fails': {
    speaks: {
      flow: change(delivering(), SCRAPE, {
        targets: [
          {
            url: 'http://127.0.0.1:9/metrics',
            labels: { job: 'integrations/redis_exporter', instance: 'redis' },
            error: 'Get "http://127.0.0.1:9/metrics": dial tcp 127.0.0.1:9: connect: connection refused',
            isScraped: true,
          },
        ],
      }),
    },
    finds: { url: 'http://127.0.0.1:9/metrics', fault: 'refused', source: 'redis', place: { component: SCRAPE } },
    silent: {
      'the scrape works': {},
      'it is the scrape of another part': {
        flow: change(delivering(), 'prometheus.scrape.rabbitmq', {
          targets: [
            { url: 'u', labels: { job: 'integrations/rabbitmq', instance: 'rabbitmq' }, error: 'EOF', isScraped: true },
          ],
        }),
      },
      'the criterion took the part away': {
        takenAway: ['redis'],
        flow: change(delivering(), SCRAPE, {
          targets: [
            {
              url: 'u',
              labels: { job: 'integrations/redis_exporter', instance: 'redis' },
              error: 'EOF',
              isScraped: true,
            },
          ],
        }),
      },
    },
  },
};
