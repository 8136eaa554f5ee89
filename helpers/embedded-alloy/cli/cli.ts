import { Command, CommanderError, InvalidArgumentError } from 'commander';
import type { Stability } from '../catalog/known-components.ts';
import { label } from '../identity.ts';
import { describeError } from '../language/describe-error.ts';
import { quote } from '../language/syntax/quote.ts';

/** What the command line needs from the process it runs in. */
export type ProcessContext = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly readInput: () => Promise<Uint8Array>;
  readonly writeOutput: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Resolves when a running Alloy must stop, with the name of the reason. */
  readonly ended: () => Promise<string>;
};

type Settings = Readonly<Record<string, string | boolean | undefined>>;

/** Flags that are accepted without effect, by whether they take a value. */
const withoutEffect = {
  flags: [
    'cluster.enabled',
    'cluster.enable-tls',
    'cluster.use-discovery-v1',
    'config.bypass-conversion-errors',
    'disable-reporting',
    'feature.prometheus.direct-fanout.enabled',
    'feature.prometheus.metric-validation-scheme',
    'server.http.disable-support-bundle',
    'server.http.enable-graphql',
    'server.http.enable-graphql-playground',
    'server.http.enable-pprof',
  ],
  values: [
    'cluster.advertise-address',
    'cluster.advertise-interfaces',
    'cluster.discover-peers',
    'cluster.join-addresses',
    'cluster.max-join-peers',
    'cluster.name',
    'cluster.node-name',
    'cluster.rejoin-interval',
    'cluster.tls-ca-path',
    'cluster.tls-cert-path',
    'cluster.tls-key-path',
    'cluster.tls-server-name',
    'cluster.wait-for-size',
    'cluster.wait-timeout',
    'config.extra-args',
    'feature.component-shutdown-deadline',
    'server.http.memory-addr',
  ],
};

const switches = [...withoutEffect.flags, 'feature.community-components.enabled', 'write', 'test', 'version', 'help'];

/** Runs `alloy ARGS`. Output, errors and exit codes are those of Alloy. Returns the exit code. */
export async function alloy(args: readonly string[], context: ProcessContext): Promise<number> {
  let exitCode = 0;
  const program = createProgram(context, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args.flatMap(convertBooleanFlag), { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) {
      return 0;
    }
    const [program = '', option = ''] = args;
    const isCommand = ['run', 'validate', 'fmt', 'format'].includes(program);
    const tail = isCommand || option !== '' ? '' : usageHint;
    context.writeError(`Error: ${describeFailure(error)}\n${tail}`);
    return 1;
  }
}

const usageHint = "Run 'alloy --help' for usage.\n";

/** Go's boolean flags accept `--flag=true`; commander's take no value. */
function convertBooleanFlag(argument: string): string[] {
  const [, name = '', value = ''] = /^--([^=]+)=(.*)$/.exec(argument) ?? [];
  if (!switches.includes(name)) {
    return [argument];
  }
  return /^(?:1|t|true)$/i.test(value) ? [`--${name}`] : /^(?:0|f|false)$/i.test(value) ? [] : [argument];
}

function createProgram(context: ProcessContext, end: (exitCode: number) => void): Command {
  const { writeOutput, writeError } = context;
  const program = new Command('alloy')
    .description('A stand-in for Grafana Alloy with the same command line')
    .option('-v, --version', 'version for alloy')
    .allowExcessArguments()
    .exitOverride()
    .configureOutput({ writeOut: writeOutput, writeErr: () => undefined })
    .action(async (settings: Settings, command: Command) => {
      const [unknown] = command.args;
      if (unknown !== undefined) {
        throw new Error(`unknown command ${quote(unknown)} for "alloy"`);
      }
      if (settings.version === true) {
        writeError(`${label}\n`);
        const { alloyVersion } = await import('../language/stdlib/stdlib.ts');
        writeOutput(`alloy, version ${alloyVersion} (${label})\n`);
      } else {
        writeOutput(command.helpInformation());
      }
    });
  addRun(program, context, end);
  addValidate(program, context, end);
  addFormat(program, context, end);
  return program;
}

type End = (exitCode: number) => void;

function addRun(program: Command, context: ProcessContext, end: End): void {
  const command = addSourceFlags(
    addSubcommand(program, 'run', 'path', 'Run a configuration until an interrupt is received'),
  )
    .option('--server.http.listen-addr <string>', 'Address to listen for HTTP traffic on', '127.0.0.1:12345')
    .option('--server.http.ui-path-prefix <string>', 'Prefix to serve the HTTP UI at', '/')
    .option('--storage.path <string>', 'Base directory where components can store data', 'data-alloy/');
  for (const name of withoutEffect.flags) {
    command.option(`--${name}`, 'Accepted without effect');
  }
  for (const name of withoutEffect.values) {
    command.option(`--${name} <value>`, 'Accepted without effect');
  }
  command.action(async (paths: readonly string[], settings: Settings) => {
    const path = readOnlyPath(paths);
    context.writeError(`${label}\n`);
    const { run } = await import('./run.ts');
    const options = {
      ...readSourceOptions(settings),
      storagePath: String(readSetting(settings, 'storage.path')),
      listenAddress: String(settings['server.http.listenAddr']),
      uiPathPrefix: String(settings['server.http.uiPathPrefix']),
      environment: context.environment,
      writeError: context.writeError,
    };
    end(await run(path, options, context.ended()));
  });
}

function addValidate(program: Command, context: ProcessContext, end: End): void {
  addSourceFlags(addSubcommand(program, 'validate', 'file', 'Validate a configuration file'))
    .option('--config.bypass-conversion-errors', 'Accepted without effect')
    .option('--config.extra-args <string>', 'Accepted without effect')
    .action(async (paths: readonly string[], settings: Settings) => {
      const { validate } = await import('./validate.ts');
      print(context, await validate(readOnlyPath(paths), readSourceOptions(settings)), end);
    });
}

function addFormat(program: Command, context: ProcessContext, end: End): void {
  addSubcommand(program, 'fmt', 'file', 'Format a configuration file')
    .alias('format')
    .option('-t, --test', 'exit with non-zero when changes would be made. Cannot be used with -w/--write')
    .option('-w, --write', 'write result to (source) file instead of stdout')
    .action(async (paths: readonly string[], settings: Settings) => {
      if (paths.length > 1) {
        throw new Error(`accepts between 0 and 1 arg(s), received ${paths.length}`);
      }
      const [path = '-'] = paths;
      const { formatCommand } = await import('./format.ts');
      const options = { write: settings.write === true, test: settings.test === true };
      print(context, await formatCommand(path, options, context.readInput), end);
    });
}

function addSubcommand(program: Command, name: string, argument: string, description: string): Command {
  return program.command(name).argument(`[${argument}...]`).description(description).helpOption('-h, --help');
}

function addSourceFlags(command: Command): Command {
  return command
    .option('--config.format <string>', 'The format of the source file', parseSourceFormat, 'alloy')
    .option('--feature.community-components.enabled', 'Enable community components.')
    .option(
      '--stability.level <stability_level>',
      'Minimum stability level of features to enable',
      parseStabilityLevel,
      'generally-available',
    );
}

function parseSourceFormat(text: string): string {
  if (text !== 'alloy') {
    throw new InvalidArgumentError(`the embedded Alloy reads only the format "alloy"`);
  }
  return text;
}

const levels: readonly Stability[] = ['generally-available', 'public-preview', 'experimental'];

function parseStabilityLevel(text: string): Stability {
  const level = levels.find((candidate) => candidate === text);
  if (level === undefined) {
    throw new InvalidArgumentError(`invalid stability level ${quote(text)}`);
  }
  return level;
}

function readSourceOptions(settings: Settings): { stability: Stability; communityComponents: boolean } {
  return {
    stability: parseStabilityLevel(String(readSetting(settings, 'stability.level'))),
    communityComponents: settings['feature.communityComponents.enabled'] === true,
  };
}

/** The value of a flag. Commander stores it under the flag's camel-case name. */
function readSetting(settings: Settings, flag: string): string | boolean | undefined {
  return settings[flag.replace(/-./g, (dash) => dash.charAt(1).toUpperCase())];
}

function readOnlyPath(paths: readonly string[]): string {
  const [path] = paths;
  if (path === undefined || paths.length !== 1) {
    throw new Error(`accepts 1 arg(s), received ${paths.length}`);
  }
  return path;
}

type Result = { readonly exitCode: number; readonly stdout: string; readonly stderr: string };

function print(context: ProcessContext, { exitCode, stdout, stderr }: Result, end: End): void {
  context.writeOutput(stdout);
  context.writeError(stderr);
  end(exitCode);
}

/** The error message as Alloy's command line prints it. */
function describeFailure(error: unknown): string {
  if (!(error instanceof CommanderError)) {
    return describeError(error);
  }
  const named = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  const [flag = ''] = named.split(/[ =]/, 1);
  switch (error.code) {
    case 'commander.unknownOption':
      return flag.startsWith('--')
        ? `unknown flag: ${flag}`
        : `unknown shorthand flag: '${flag.slice(1, 2)}' in ${flag}`;
    case 'commander.optionMissingArgument':
      return `flag needs an argument: ${flag}`;
    case 'commander.invalidArgument': {
      const value = /argument '(.*)' is invalid\. (.*)$/s.exec(error.message);
      return `invalid argument ${quote(value?.[1] ?? '')} for "${flag}" flag: ${value?.[2] ?? ''}`;
    }
    default:
      return error.message;
  }
}
