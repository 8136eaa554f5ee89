import type { Settings } from '../../settings/settings.ts';

/** The environment of a part that reads none of the person's: a known locale and time zone, and where programs are. */
export function baseEnvironment({ path, compileCache }: Settings, home: string): Record<string, string> {
  return {
    PATH: path,
    HOME: home,
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    ...(compileCache !== undefined && {
      NODE_COMPILE_CACHE: compileCache,
      NODE_COMPILE_CACHE_PORTABLE: '1',
    }),
  };
}
