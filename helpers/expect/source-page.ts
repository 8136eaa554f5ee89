import { type GraphComponent, readGraph } from '../clients/alloy-graph.ts';
import { getPage } from '../clients/page.ts';
import { readSamples } from '../clients/text-format.ts';
import { describePlace } from '../findings/place.ts';
import { findComponent, readFlow } from '../flow/flow.ts';
import { locate } from '../flow/place.ts';
import { run } from './run.ts';

/** The families that a filter is there for, of the names of metrics, and what it is asked for: the arguments of `toHaveNoProblems`. */
export type FilterControl = {
  /** Empty where the source serves some of the families, or its page can't be read and nobody can tell. */
  readonly problems: readonly string[];
  /** What the page shows, or why it was not read. */
  readonly fact: string;
};

/**
 * Looks whether a source itself serves what a filter has to drop: where there is none of it, that none arrives proves nothing.
 * `url` is the page of the source; undefined where nobody knows it.
 */
export async function findUnfiltered(url: string | undefined, families: RegExp): Promise<FilterControl> {
  const page = url === undefined ? 'no component of Alloy names it' : await readPage(url);
  if (typeof page === 'string') {
    const problem = `the source's own page can't be read: ${page}`;
    // A page of somebody else's stack may be out of reach from here, and Alloy still scrapes it.
    return run.stack === 'external'
      ? { problems: [], fact: `not checked that the source serves what the filter drops: ${problem}` }
      : { problems: [problem], fact: problem };
  }
  const names = page.flatMap(({ labels: { __name__: name = '' } }) => (families.test(name) ? [name] : []));
  const found = [...new Set(names)];
  const fact = `${url} serves ${names.length} series that the filter drops, of ${page.length}: ${list(found)}`;
  return found.length > 0
    ? { problems: [], fact }
    : {
        problems: [
          `${url} serves nothing that the filter would drop, so that it proves nothing${await describeRestriction(url)}`,
        ],
        fact,
      };
}

/** What decides how much an exporter of Alloy puts on its page, where the configuration sets it. */
async function describeRestriction(url = ''): Promise<string> {
  const [, id] = /\/component\/([^/]+)\/metrics$/.exec(url) ?? [];
  const flow = id === undefined ? undefined : await readFlow(run);
  const exporter = flow && findComponent(flow, id ?? '');
  if (flow === undefined || exporter === undefined) return '';
  const places = ['enabled_collectors', 'disable_default_metrics'].map((setting) => locate(flow, exporter, setting));
  const [place] = places.filter(({ expression }) => expression !== undefined);
  return place === undefined ? '' : `: ${describePlace(place)} is ${place.expression}`;
}

/**
 * The page with everything that is measured of a source: that of the exporter inside of Alloy, whatever its label, or else that
 * of the target with this job. Undefined where Alloy tells of neither.
 */
export async function findSourcePage(exporter: string, job: string): Promise<string | undefined> {
  const components = await readGraph(run.alloy).catch((): GraphComponent[] => []);
  const found = components.find(({ name }) => name === exporter);
  if (found !== undefined) return `${run.alloy.url}/api/v0/component/${found.id}/metrics`;
  const targets = components.flatMap((component) => component.targets);
  return targets.find(({ labels, url }) => labels.job === job && URL.canParse(url))?.url;
}

const MAX_SHOWN = 4;

function list(names: readonly string[]): string {
  const rest = names.length - MAX_SHOWN;
  return `${names.slice(0, MAX_SHOWN).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

async function readPage(url: string) {
  try {
    const { status, body } = await getPage(url);
    return status === 200 ? readSamples(body) : `${url} answers ${status}`;
  } catch (error) {
    return `${url} gives no answer: ${error instanceof Error ? error.message : error}`;
  }
}
