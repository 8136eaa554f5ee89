/** The images that stand in for published ones when no registry is reachable: their names, contents and configuration. */

/** The label with the digest of what an image was built from: it is up to date when this equals `computeRecipe`. */
export const RECIPE_LABEL = 'org.alloy-verify.recipe';
/** The label of the Alloy image that says which Alloy it contains: `alloy` or `embedded`. */
export const ALLOY_KIND_LABEL = 'org.alloy-verify.engine';
/** The label with the version of the image's program. */
export const VERSION_LABEL = 'org.alloy-verify.version';

export type StandInName = 'postgres' | 'redis' | 'rabbitmq' | 'alloy' | 'node';

/** The default configuration of an image's containers (OCI image specification, `config`). */
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

/** An image that stands in for a published one. */
export type StandIn = {
  readonly name: StandInName;
  /** The image's own name; its tag is `latest`. */
  readonly image: string;
  /** The repository that it stands in for, as named on Docker Hub. */
  readonly replaces: string;
  readonly title: string;
  readonly debian: DebianPart;
  readonly configuration: ImageConfiguration;
};

/** The Debian part of an image. */
export type DebianPart = {
  readonly packages: readonly string[];
  /** The package whose version is the image's; absent when the program isn't Debian's. */
  readonly versioned?: string;
  /** Patterns of files that are left out. */
  readonly without: readonly string[];
  /** Shell commands that run in it at the end. */
  readonly finish: readonly string[];
};

const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** All stand-in images, the slowest to build first. */
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
        // The package generates this secret once, and each container needs its own.
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
      // Without the 150 MB of the compiler, queries are interpreted.
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
      // "Fast shutdown": clients are disconnected, and the server doesn't wait for them (PostgreSQL documentation, 18.5).
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
 * The stand-in for a published image, by its name with or without registry, `library/`, tag and digest; undefined for an
 * image without a stand-in, such as a user's own image of a similar name.
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
