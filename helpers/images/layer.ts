/** What is put on top of an image's Debian: the files of `fixtures/images`, and the program that Debian does not have. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { type PackOptions, pack } from 'tar-fs';
import { ROOT } from '../settings/settings.ts';
import { type AlloyEngine, alloyEngine } from './alloy-engine.ts';
import { archiveOf, closureOf, lockedPackage, ownedByRoot, projectFiles } from './project-files.ts';
import type { StandInName } from './stand-ins.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the embedded engine's files are in its image. */
const engineDirectory = '/usr/lib/alloy-verify';
const engineEntry = 'helpers/embedded-alloy/cli/main.ts';
const nodeProgram = join(ROOT, 'node_modules/node/bin/node');

/** The layer of an image. */
export type Layer = {
  /** Tar streams whose content goes to the root directory, one after the other. */
  readonly archives: () => Promise<Readable[]>;
  /** The version of the program in it; undefined where Debian's is the image's program. */
  readonly version?: () => Promise<string>;
  readonly engine?: AlloyEngine['kind'];
  /** A shell script that is run in it once; its files stay in the image. */
  readonly firstRun?: string;
};

/** The digest of what is in the layer. Throws `CannotRun` where `ALLOY_BIN` is no program that could run in an image. */
export async function layerDigest(name: StandInName, environment: Environment): Promise<string> {
  const hash = createHash('sha256');
  if (name === 'node') hash.update(nodeDigest());
  const engine = name === 'alloy' ? alloyEngine(environment) : undefined;
  if (engine?.kind === 'alloy') {
    // Of some 400 MB: reading them each time would take longer than they take to be copied.
    const { size, mtimeMs } = statSync(engine.path);
    hash.update(JSON.stringify(['alloy', size, mtimeMs]));
  }
  if (engine?.kind === 'embedded') hash.update(nodeDigest()).update(embeddedDigest()).update(compiling());
  for (const folder of foldersOf(name, engine)) hash.update(folderDigest(folder));
  return hash.digest('hex');
}

/** The layer of this image. Throws as `layerDigest` does. */
export function layerOf(name: StandInName, environment: Environment): Layer {
  const engine = name === 'alloy' ? alloyEngine(environment) : undefined;
  const archives = async () => {
    const streams = foldersOf(name, engine).map(packFolder);
    if (name === 'node' || engine?.kind === 'embedded') streams.push(packProgram(nodeProgram, 'usr/local/bin/node'));
    if (engine?.kind === 'alloy') streams.push(packProgram(engine.path, 'usr/bin/alloy'));
    if (engine?.kind === 'embedded') streams.push(archiveOf(await projectFiles([engineEntry]), engineDirectory));
    return streams;
  };
  if (engine !== undefined) {
    const first = engine.kind === 'embedded' ? { firstRun: compiling() } : {};
    return { archives, engine: engine.kind, version: engine.version, ...first };
  }
  if (name === 'node') return { archives, version: async () => lockedPackage('node').version ?? 'unknown' };
  return { archives };
}

/**
 * Half of the engine's start goes into compiling what it loads; what it has compiled is kept beside the packages. So it is
 * run with the project's configuration until it has kept that, and then asked to validate and to format.
 */
function compiling(): string {
  const kept = `${engineDirectory}/node_modules/.cache`;
  return `set -eu
mkdir /tmp/first && cd /tmp/first
cat > config.alloy <<'END'
${readFileSync(join(ROOT, 'grafana-alloy/config.alloy'), 'utf8')}
END
export GRAFANA_CLOUD_API_KEY=none GRAFANA_CLOUD_OTLP_ENDPOINT=http://127.0.0.1:9 GRAFANA_CLOUD_PROMETHEUS_ENDPOINT=http://127.0.0.1:9
export GRAFANA_CLOUD_OTLP_INSTANCE_ID=0 GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID=0
alloy run config.alloy --storage.path=data > log 2>&1 & engine=$!
files=0
until now=$(find ${kept} -type f 2> /dev/null | wc -l); [ "$now" -gt 0 ] && [ "$now" = "$files" ]; do
  files=$now; kill -0 $engine || { cat log; exit 1; }; sleep 0.2
done
kill -9 $engine
alloy validate config.alloy
alloy fmt config.alloy > /dev/null
cd / && rm -r /tmp/first`;
}

function foldersOf(name: StandInName, engine: AlloyEngine | undefined): string[] {
  const names = engine?.kind === 'embedded' ? [name, 'alloy-embedded'] : [name];
  return names.map((folder) => join(ROOT, 'fixtures/images', folder));
}

function folderDigest(folder: string): string {
  const hash = createHash('sha256');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  for (const name of names) {
    const path = join(folder, name);
    const stat = statSync(path);
    if (!stat.isFile()) continue;
    const content = readFileSync(path);
    hash.update(JSON.stringify([name, (stat.mode & 0o100) !== 0, content.length])).update(content);
  }
  return hash.digest('hex');
}

/** The npm package's content is what the lockfile says. */
function nodeDigest(): string {
  const { version, integrity } = lockedPackage('node');
  return JSON.stringify(['node', version, integrity, process.arch]);
}

function embeddedDigest(): string {
  const { files, packages } = closureOf([engineEntry]);
  const hash = createHash('sha256');
  for (const [path, { version, integrity }] of packages) hash.update(JSON.stringify([path, version, integrity]));
  // Of package.json Node reads only that files are ES modules.
  for (const path of files.filter((name) => name !== 'package.json')) {
    const content = readFileSync(join(ROOT, path));
    hash.update(JSON.stringify([path, content.length])).update(content);
  }
  return hash.digest('hex');
}

function packFolder(folder: string): Readable {
  return Readable.from(pack(folder, { map: ownedByRoot }));
}

function packProgram(path: string, name: string): Readable {
  const entries = [basename(path)];
  const map: PackOptions['map'] = (header) => ({ ...ownedByRoot(header), name });
  return Readable.from(pack(dirname(path), { entries, dereference: true, map }));
}
