/** The environment of a part that takes no settings from the person's: a known locale and time zone, and where programs are. */
export function baseEnvironment(home: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: home,
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    // Where Node keeps compiled code, for the parts that are programs of this project.
    ...(process.env.NODE_COMPILE_CACHE && {
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      NODE_COMPILE_CACHE_PORTABLE: '1',
    }),
  };
}
