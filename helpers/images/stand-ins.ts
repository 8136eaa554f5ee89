/** The images that stand in for published ones where there is no registry: what each is called, made of and started as. */
import { createHash } from 'node:crypto';
import type { Settings } from '../settings/settings.ts';
import { debianRecipe } from './debian.ts';
import { layerDigest } from './layer.ts';

/** The label of an image that says what it was made from: equal to `recipeOf`, it is up to date. */
export const RECIPE_LABEL = 'org.alloy-verify.recipe';
/** The label of the Alloy image that says which engine it carries: `alloy` or `embedded`. */
export const ENGINE_LABEL = 'org.alloy-verify.engine';
/** The label that says the version of the program that the image is for. */
export const VERSION_LABEL = 'org.alloy-verify.version';

export type StandInName = 'postgres' | 'redis' | 'rabbitmq' | 'alloy' | 'node';

/** What an image is started with when nothing else is said (OCI image specification, `config`). */
export type ImageConfiguration = {
  readonly environment: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** TCP ports. */
  readonly ports: readonly number[];
  readonly volumes: readonly string[];
  readonly directory: string;
  readonly stopSignal?: NodeJS.Signals;
};

export type StandIn = {
  readonly name: StandInName;
  /** The image's own name; its tag is `latest`. */
  readonly image: string;
  /** The repository that it stands in for, as Docker Hub has it. */
  readonly replaces: string;
  readonly title: string;
  readonly debian: DebianPart;
  readonly configuration: ImageConfiguration;
};

/** What an image has of Debian. */
export type DebianPart = {
  readonly packages: readonly string[];
  /** The package whose version is the image's; none where that comes from elsewhere. */
  readonly versioned?: string;
  /** Patterns of files that are left out. */
  readonly without: readonly string[];
  /** Shell commands that are run in it at last. */
  readonly finish: readonly string[];
};

const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** All stand-in images, those first that take longest to build. */
export const standIns: readonly StandIn[] = [
  {
    name: 'rabbitmq',
    image: 'stand-in/rabbitmq',
    replaces: 'rabbitmq',
    title: 'RabbitMQ',
    debian: {
      packages: ['rabbitmq-server'],
      versioned: 'rabbitmq-server',
      without: [],
      finish: [
        // A container's secret, which the package made for all of them.
        'rm -f /var/lib/rabbitmq/.erlang.cookie',
        'ln -s /usr/lib/rabbitmq/lib/rabbitmq_server-* /opt/rabbitmq',
        'install -d -o rabbitmq -g rabbitmq -m 0777 /var/lib/rabbitmq /var/log/rabbitmq',
      ],
    },
    configuration: {
      environment: {
        PATH: `/opt/rabbitmq/sbin:${usualPath}`,
        LANG: 'C.UTF-8',
        HOME: '/var/lib/rabbitmq',
        RABBITMQ_DATA_DIR: '/var/lib/rabbitmq',
        RABBITMQ_LOGS: '-',
        RABBITMQ_PLUGINS_DIR: '/opt/rabbitmq/plugins',
      },
      entrypoint: ['docker-entrypoint.sh'],
      command: ['rabbitmq-server'],
      ports: [4369, 5671, 5672, 15671, 15672, 15691, 15692, 25672],
      volumes: ['/var/lib/rabbitmq'],
      directory: '/',
    },
  },
  {
    name: 'postgres',
    image: 'stand-in/postgres',
    replaces: 'postgres',
    title: 'PostgreSQL',
    debian: {
      packages: ['postgresql-17', 'xz-utils', 'zstd'],
      versioned: 'postgresql-17',
      // Queries are compiled only where the compiler is there: without its 150 MB they are interpreted.
      without: [
        '/usr/lib/*/libLLVM*',
        '/usr/lib/*/libz3*',
        '/usr/share/i18n/*',
        '/usr/lib/llvm-*',
        '/usr/lib/postgresql/*/lib/llvmjit*',
        '/usr/lib/postgresql/*/lib/bitcode/*',
      ],
      finish: [
        `sed -ri "s/^#?(listen_addresses) .*/\\1 = '*'/" /usr/share/postgresql/17/postgresql.conf.sample`,
        'mkdir -p /docker-entrypoint-initdb.d',
        'install -d -o postgres -g postgres -m 0700 /var/lib/postgresql/data',
        'install -d -o postgres -g postgres -m 3775 /var/run/postgresql',
      ],
    },
    configuration: {
      environment: {
        PATH: `/usr/lib/postgresql/17/bin:${usualPath}`,
        LANG: 'C.UTF-8',
        PG_MAJOR: '17',
        PGDATA: '/var/lib/postgresql/data',
      },
      entrypoint: ['docker-entrypoint.sh'],
      command: ['postgres'],
      ports: [5432],
      volumes: ['/var/lib/postgresql/data'],
      directory: '/',
      // "Fast shutdown": clients are disconnected, and nobody waits for them (PostgreSQL documentation, 18.5).
      stopSignal: 'SIGINT',
    },
  },
  {
    name: 'redis',
    image: 'stand-in/redis',
    replaces: 'redis',
    title: 'Redis',
    debian: {
      packages: ['redis-server'],
      versioned: 'redis-server',
      without: [],
      finish: ['install -d -o redis -g redis /data'],
    },
    configuration: {
      environment: { PATH: usualPath },
      entrypoint: ['docker-entrypoint.sh'],
      command: ['redis-server'],
      ports: [6379],
      volumes: ['/data'],
      directory: '/data',
    },
  },
  {
    name: 'node',
    image: 'stand-in/node',
    replaces: 'node',
    title: 'Node.js',
    debian: {
      packages: ['libstdc++6'],
      without: [],
      finish: [
        "echo 'node:x:1000:' >>/etc/group",
        "echo 'node:x:1000:1000::/home/node:/bin/bash' >>/etc/passwd",
        'install -d -o node -g node /home/node',
      ],
    },
    configuration: {
      environment: { PATH: usualPath },
      entrypoint: ['docker-entrypoint.sh'],
      command: ['node'],
      ports: [],
      volumes: [],
      directory: '/',
    },
  },
  {
    name: 'alloy',
    image: 'stand-in/alloy',
    replaces: 'grafana/alloy',
    title: 'Grafana Alloy',
    debian: {
      packages: [
        'ca-certificates',
        'tzdata',
        'libstdc++6',
        'prometheus-postgres-exporter',
        'prometheus-redis-exporter',
      ],
      without: [],
      finish: ['install -d /var/lib/alloy/data'],
    },
    configuration: {
      environment: { PATH: usualPath, ALLOY_DEPLOY_MODE: 'docker' },
      entrypoint: ['/bin/alloy'],
      command: ['run', '/etc/alloy/config.alloy', '--storage.path=/var/lib/alloy/data'],
      ports: [12345],
      volumes: [],
      directory: '/',
    },
  },
];

/**
 * The stand-in for a published image, by its name with or without registry, `library/`, tag and digest; undefined for
 * an image that none stands in for, such as somebody's own of a similar name.
 */
export function standInFor(image: string): StandIn | undefined {
  const repository = image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  const [first = '', ...rest] = repository.split('/');
  const registry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const path = registry ? rest.join('/') : repository;
  return standIns.find(({ replaces }) => {
    const full = replaces.includes('/') ? replaces : `library/${replaces}`;
    return path === replaces || path === full || (registry && path.endsWith(`/${full}`));
  });
}

/**
 * The digest of all that the image is made from, in hexadecimal: Debian's packages, the files of `fixtures/images`, the
 * configuration, and for Node and Alloy the program. Throws `CannotRun` where the program is not there.
 */
export async function recipeOf(standIn: StandIn, settings: Settings): Promise<string> {
  return createHash('sha256')
    .update(JSON.stringify([debianRecipe(standIn.debian), standIn.configuration]))
    .update(await layerDigest(standIn.name, settings))
    .digest('hex');
}
