import { mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Makes a view of the RabbitMQ installation, of symbolic links, that has only the plugins that are enabled and what they
 * depend on. Erlang looks for each of some thousand modules in the directories of all plugins, one after the other: with
 * the 70 that a package brings, that is half of the time of the boot. Returns the path of the start script to run, and
 * the environment that goes with it: of the view, or of the installation itself where that is laid out in another way.
 */
export function makeRabbitmqHome(
  startScript: string,
  enabled: readonly string[],
  directory: string,
): { script: string; environment: Record<string, string> } {
  const scripts = dirname(realpathSync(startScript));
  const installation = dirname(scripts);
  const needed = neededApplications(join(installation, 'plugins'), ['rabbit', 'rabbitmq_prelaunch', ...enabled]);
  if (needed === undefined) return { script: startScript, environment: {} };

  const home = join(directory, 'home');
  const view = { scripts: join(home, 'sbin'), plugins: join(home, 'plugins') };
  for (const path of Object.values(view)) mkdirSync(path, { recursive: true });
  for (const path of needed) symlinkSync(path, join(view.plugins, basename(path)));
  for (const name of readdirSync(scripts)) symlinkSync(join(scripts, name), join(view.scripts, name));
  return {
    script: join(view.scripts, basename(startScript)),
    environment: { RABBITMQ_SCRIPTS_DIR: view.scripts, RABBITMQ_PLUGINS_DIR: view.plugins },
  };
}

/** The directories of these applications and of all that they need; undefined where one of them can't be read. */
function neededApplications(plugins: string, wanted: readonly string[]): Set<string> | undefined {
  const directories = new Map<string, string>();
  try {
    for (const name of readdirSync(plugins)) {
      const application = /^(.+?)-\d/.exec(name)?.[1];
      if (application !== undefined) directories.set(application, join(plugins, name));
    }
    const needed = new Set<string>();
    const add = (application: string) => {
      const path = directories.get(application);
      // What is not among the plugins is Erlang's own.
      if (path === undefined || needed.has(path)) return;
      needed.add(path);
      for (const other of readDependencies(join(path, 'ebin', `${application}.app`))) add(other);
    };
    if (!wanted.every((application) => directories.has(application))) return undefined;
    wanted.forEach(add);
    return needed;
  } catch {
    return undefined;
  }
}

/** The `applications` and `included_applications` of an application resource file (Erlang's app(4)). */
function readDependencies(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/\{\s*(?:included_)?applications\s*,\s*\[([^\]]*)\]/g)].flatMap(
    ([, list]) => list?.match(/[a-z]\w*/g) ?? [],
  );
}
