import { randomBytes } from 'node:crypto';
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from 'amqplib';
import type { RabbitmqEndpoint } from '../../run/endpoints.ts';
import { launchProcess, makePartDirectory, type PartContext, type PartPlan, requireProgram } from '../owned/part.ts';
import { startProcess } from '../owned/part-process.ts';
import { findUnprivilegedUser } from '../owned/unprivileged-user.ts';
import { baseEnvironment } from './base-environment.ts';
import { mustAnswer } from './http-probe.ts';
import { makeRabbitmqHome } from './rabbitmq-home.ts';
import { makePassword, writePrivateFile } from './secret.ts';

const fixtures = fileURLToPath(new URL('../../../fixtures/rabbitmq', import.meta.url));
const node = 'rabbit@localhost';

/** How old, in milliseconds, queue depths and rates on the metrics page may be; RabbitMQ's own default is 5000. */
const STATISTICS_INTERVAL_MS = 200;

/**
 * Plans a RabbitMQ node with the project's `fixtures/rabbitmq`, on loopback ports, with an epmd, a cookie, a database
 * and logs of its own. Throws `CannotRun` where there is no RabbitMQ.
 */
export async function planRabbitmq(context: PartContext): Promise<PartPlan> {
  const { request, run, ports } = context;
  const installed = requireProgram('rabbitmq', request.plan.settings.path);
  const user = findUnprivilegedUser(['rabbitmq', 'nobody']);
  const directory = await makePartDirectory(run, 'rabbitmq', user);
  const [port, metricsPort, epmdPort, distributionPort] = [
    await ports.next(),
    await ports.next(),
    await ports.next(),
    await ports.next(),
  ];
  const endpoint = {
    host: '127.0.0.1',
    port,
    user: 'game_scheduler',
    password: makePassword(),
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
  };
  const files = {
    configuration: join(directory, 'rabbitmq.conf'),
    plugins: join(directory, 'enabled_plugins'),
    cookie: join(directory, '.erlang.cookie'),
  };
  const enabledPlugins = await readFile(join(fixtures, 'enabled_plugins'), 'utf8');
  const home = makeRabbitmqHome(installed, enabledPlugins.match(/[a-z]\w*/g) ?? [], directory);
  const environment = {
    ...baseEnvironment(request.plan.settings, directory),
    ...home.environment,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(epmdPort),
    RABBITMQ_CONF_ENV_FILE: join(directory, 'none'),
    RABBITMQ_CONFIG_FILE: files.configuration,
    RABBITMQ_ENABLED_PLUGINS_FILE: files.plugins,
    RABBITMQ_MNESIA_BASE: join(directory, 'mnesia'),
    RABBITMQ_LOG_BASE: join(directory, 'log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_NODENAME: node,
    // The script then becomes the server, rather than a shell that waits for it.
    RABBITMQ_ALLOW_INPUT: 'true',
    RABBITMQ_SERVER_START_ARGS: '-noinput',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: buildErlangArguments(distributionPort).join(' '),
  };

  const prepare = async () => {
    const shared = await readFile(join(fixtures, 'rabbitmq.conf'), 'utf8');
    const own = buildConfiguration(endpoint, metricsPort);
    await writePrivateFile(files.configuration, `${shared}\n${own}`, user);
    await writePrivateFile(files.plugins, enabledPlugins, user);
    await writePrivateFile(files.cookie, randomBytes(24).toString('base64url'), user);
    await chmod(files.cookie, 0o400);
    const epmd = { file: 'epmd', args: [], environment, cwd: directory, user };
    await startProcess(epmd, run, context.log);
  };

  return {
    part: 'rabbitmq',
    title: 'RabbitMQ',
    endpoints: { rabbitmq: endpoint },
    prepare,
    launch: launchProcess('RabbitMQ', { file: home.script, args: [], environment, cwd: directory, user }, context),
    probe: () => probeRabbitmq(endpoint),
    version: () => readRabbitmqVersion(endpoint),
    deadlineMs: 90_000,
    stopSignal: 'SIGTERM',
    outage: 'pause',
  };
}

/**
 * With the node's name on the command line the Erlang distribution is up from the start: RabbitMQ would else run a
 * second Erlang first, only to start an epmd, and look for name and port clashes that can't be here.
 */
function buildErlangArguments(distributionPort: number): string[] {
  return [
    ...['-sname', node, '-start_epmd', 'false'],
    ...['-kernel', 'inet_dist_use_interface', '{127,0,0,1}'],
    ...['-kernel', 'inet_dist_listen_min', String(distributionPort)],
    ...['-kernel', 'inet_dist_listen_max', String(distributionPort)],
    ...['-os_mon', 'start_cpu_sup', 'false'],
    ...['-os_mon', 'start_disksup', 'false'],
    ...['-os_mon', 'start_memsup', 'false'],
  ];
}

function buildConfiguration({ host, port, user, password }: RabbitmqEndpoint, metricsPort: number): string {
  return [
    `listeners.tcp.1 = ${host}:${port}`,
    `prometheus.tcp.ip = ${host}`,
    `prometheus.tcp.port = ${metricsPort}`,
    `default_user = ${user}`,
    `default_pass = ${password}`,
    `collect_statistics_interval = ${STATISTICS_INTERVAL_MS}`,
    'disk_free_limit.absolute = 10MB',
    '',
  ].join('\n');
}

/** Logs in over AMQP and has the metrics page answered; throws while that can't be done. */
export async function probeRabbitmq(endpoint: RabbitmqEndpoint): Promise<void> {
  await readRabbitmqVersion(endpoint);
  await mustAnswer(endpoint.metricsUrl);
}

/** Opens an AMQP 0-9-1 connection and returns the version that the server gives in its `connection.start`. */
export async function readRabbitmqVersion({ host, port, user, password }: RabbitmqEndpoint): Promise<string> {
  const connection = await connect(
    { hostname: host, port, username: user, password, vhost: '/' },
    { timeout: 5000, noDelay: true },
  );
  connection.on('error', () => {});
  try {
    return String(connection.connection.serverProperties.version);
  } finally {
    await connection.close().catch(() => {});
  }
}
