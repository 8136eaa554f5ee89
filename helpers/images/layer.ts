/** The layer on top of an image's Debian part: the files of `fixtures/images`, and the program that Debian doesn't package. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { type PackOptions, pack } from 'tar-fs';
import { ROOT, type Settings } from '../settings/settings.ts';
import { chooseImageAlloy, type ImageAlloy } from './image-alloy.ts';
import { findClosure, lockedPackage, ownedByRoot, packFiles, projectFiles } from './project-files.ts';
import type { StandInName } from './stand-ins.ts';

/** Where the embedded Alloy's files are in its image. */
const embeddedDirectory = '/usr/lib/alloy-verify';
const embeddedEntry = 'helpers/embedded-alloy/cli/main.ts';
const nodeProgram = join(ROOT, 'node_modules/node/bin/node');

/** The layer of an image. */
export type Layer = {
  /** Tar streams that are unpacked into the root directory in this order. */
  readonly archives: () => Promise<Readable[]>;
  /** The version of its program; undefined when the image's program is Debian's. */
  readonly version?: () => Promise<string>;
  readonly alloy?: ImageAlloy['kind'];
  /** A shell script that runs once in the container; the files it creates stay in the image. */
  readonly firstRun?: string;
};

/** The digest of the layer's content. Throws `CannotRun` when `ALLOY_BIN` can't run in an image. */
export async function layerDigest(name: StandInName, settings: Settings): Promise<string> {
  const hash = createHash('sha256');
  if (name === 'node') hash.update(nodeDigest());
  const alloy = name === 'alloy' ? chooseImageAlloy(settings) : undefined;
  if (alloy?.kind === 'alloy') {
    // It has some 400 MB: reading it each time would take longer than copying it.
    const { size, mtimeMs } = statSync(alloy.path);
    hash.update(JSON.stringify(['alloy', size, mtimeMs]));
  }
  if (alloy?.kind === 'embedded') hash.update(nodeDigest()).update(embeddedDigest()).update(writeFirstRun());
  for (const folder of listFolders(name, alloy)) hash.update(folderDigest(folder));
  return hash.digest('hex');
}

/** The layer of this image. Throws what `layerDigest` throws. */
export function describeLayer(name: StandInName, settings: Settings): Layer {
  const alloy = name === 'alloy' ? chooseImageAlloy(settings) : undefined;
  const archives = async () => {
    const streams = listFolders(name, alloy).map(packFolder);
    if (name === 'node' || alloy?.kind === 'embedded') streams.push(packProgram(nodeProgram, 'usr/local/bin/node'));
    if (alloy?.kind === 'alloy') streams.push(packProgram(alloy.path, 'usr/bin/alloy'));
    if (alloy?.kind === 'embedded') streams.push(packFiles(await projectFiles([embeddedEntry]), embeddedDirectory));
    return streams;
  };
  if (alloy !== undefined) {
    const first = alloy.kind === 'embedded' ? { firstRun: writeFirstRun() } : {};
    return { archives, alloy: alloy.kind, version: alloy.version, ...first };
  }
  if (name === 'node') return { archives, version: async () => lockedPackage('node').version ?? 'unknown' };
  return { archives };
}

/**
 * The embedded Alloy spends half of its start compiling what it loads, and caches the result beside the packages. So it
 * runs with the project's configuration until the cache is complete, then validates and formats.
 */
function writeFirstRun(): string {
  const kept = `${embeddedDirectory}/node_modules/.cache`;
  return `set -eu
mkdir /tmp/first && cd /tmp/first
cat > config.alloy <<'END'
${readFileSync(join(ROOT, 'grafana-alloy/config.alloy'), 'utf8')}
END
export GRAFANA_CLOUD_API_KEY=none GRAFANA_CLOUD_OTLP_ENDPOINT=http://127.0.0.1:9 GRAFANA_CLOUD_PROMETHEUS_ENDPOINT=http://127.0.0.1:9
export GRAFANA_CLOUD_OTLP_INSTANCE_ID=0 GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID=0
alloy run config.alloy --storage.path=data > log 2>&1 & alloy=$!
files=0
until now=$(find ${kept} -type f 2> /dev/null | wc -l); [ "$now" -gt 0 ] && [ "$now" = "$files" ]; do
  files=$now; kill -0 $alloy || { cat log; exit 1; }; sleep 0.2
done
kill -9 $alloy
alloy validate config.alloy
alloy fmt config.alloy > /dev/null
cd / && rm -r /tmp/first`;
}

function listFolders(name: StandInName, alloy: ImageAlloy | undefined): string[] {
  const names = alloy?.kind === 'embedded' ? [name, 'alloy-embedded'] : [name];
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

/** The lockfile identifies the npm package's content. */
function nodeDigest(): string {
  const { version, integrity } = lockedPackage('node');
  return JSON.stringify(['node', version, integrity, process.arch]);
}

function embeddedDigest(): string {
  const { files, packages } = findClosure([embeddedEntry]);
  const hash = createHash('sha256');
  for (const [path, { version, integrity }] of packages) hash.update(JSON.stringify([path, version, integrity]));
  // From package.json Node reads only that files are ES modules.
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
