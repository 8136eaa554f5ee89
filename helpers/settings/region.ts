/** The region in a host's name, such as `eu-west-0` of `prometheus-prod-01-eu-west-0.grafana.net`; many hosts name none. */
export function readRegion(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const [label = ''] = new URL(url).hostname.split('.');
  return /[a-z]{2}-(?:north|south|east|west|central)[a-z]*-?\d+$/.exec(label)?.[0];
}

/** `eu-west-0` and the token's `prod-eu-west-0` or `eu` are the same. */
export function isSameRegion(a: string, b: string): boolean {
  const [shorter = '', longer = ''] = [a, b]
    .map((name) => name.replace(/^prod-/, ''))
    .sort((x, y) => x.length - y.length);
  return longer === shorter || longer.startsWith(`${shorter}-`);
}

/** The one region of all these, if they don't contradict each other. */
export function findCommonRegion(regions: readonly string[]): string | undefined {
  const [first] = regions;
  return first !== undefined && regions.every((region) => isSameRegion(region, first)) ? first : undefined;
}
