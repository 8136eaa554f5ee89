import type { Milliseconds } from '../otlp/ids.ts';
import type { Changes } from '../run/last-passed.ts';
import type {
  Arrival,
  Condition,
  Evidence,
  Items,
  Labels,
  Lead,
  Nearest,
  Observation,
  Seen,
  SeenSample,
  Subject,
  Way,
} from './evidence.ts';
import { describePlace } from './place.ts';
import { toLine, toLines } from './plain-text.ts';
import { describeSeconds } from './words.ts';

/**
 * Puts evidence into words: one line for what was proven, several for a question without the expected answer. What other programs
 * have answered is within a line.
 */
export function describeEvidence(evidence: Evidence): string {
  switch (evidence.kind) {
    case 'fact':
      return toLines(evidence.fact);
    case 'error':
      return [toLines(evidence.message), ...describeLead(evidence.lead).map(toLine)].join('\n');
    case 'observation':
      return (evidence.holds ? [describeSuccess(evidence)] : describeShortfall(evidence)).map(toLine).join('\n');
  }
}

/** Where to look, in lines; they say first that no cause is known. */
function describeLead(lead: Lead | undefined): string[] {
  if (lead === undefined) return [];
  const { way, came, changes } = lead;
  return [
    '  cause:     not known',
    ...(way === undefined ? [] : [`  way:       ${describeWay(way)}`]),
    ...(came === undefined
      ? []
      : [
          `  came:      after ${describeSeconds(came.delay)}, where it has ${describeSeconds(came.limit)}: it is late, not lost`,
        ]),
    ...(changes === undefined ? [] : [`  changed:   ${describeChanges(changes)}`]),
  ];
}

function describeWay({ items, place, sent, accepted }: Way): string {
  const name = ITEM_NAMES[items];
  if (place !== undefined) return `${name} get as far as ${describePlace(place)}`;
  if (sent === undefined) return `Alloy has accepted no ${name} in this run`;
  const taken = accepted === undefined ? '' : `accepted ${accepted} ${name} in this run and `;
  return `Alloy has ${taken}sent ${sent}${taken === '' ? ` ${name} in this run` : ''}, none of them refused: it ends behind Alloy, or was never sent to it`;
}

function describeChanges({ since, configuration, files }: Changes): string {
  const time = new Date(since).toISOString().slice(0, 16).replace('T', ' ');
  const { file = '', lines = [], gone = 0 } = configuration ?? {};
  const [first, ...others] = lines.map(({ line, name }) => `${line}${name === '' ? '' : ` (${name})`}`);
  const added = first === undefined ? [] : [`${file}:${[first, ...others].join(', ')}`];
  const removed = gone > lines.length ? [`${gone - lines.length} lines of ${file} are gone`] : [];
  return `since all criteria held (${time} UTC): ${[...added, ...removed, ...files].join('; ')}`;
}

/** Formats labels like PromQL: `job="x", instance="y"`. */
export function describeLabels(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ');
}

function describeSuccess({ subject, condition, seen, ...observation }: Observation): string {
  return `${describeSubject(subject)} ${describeCondition(condition)}: ${describeSeen(seen)} (${describeAttempts(observation)})`;
}

function describeShortfall({ subject, condition, seen, nearest, ...observation }: Observation): string[] {
  return [
    `expected that ${describeSubject(subject)} ${describeCondition(condition)}`,
    `  last seen: ${describeSeen(seen)}`,
    ...(nearest === undefined ? [] : describeNearest(nearest).map((line) => `  nearest:   ${line}`)),
    `  asked:     ${describeAttempts(observation)}`,
    ...describeLead(observation.lead),
  ];
}

function describeAttempts({ attempts, elapsedMs }: Pick<Observation, 'attempts' | 'elapsedMs'>): string {
  return `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'} in ${describeSeconds(elapsedMs)}`;
}

function describeSubject(subject: Subject): string {
  switch (subject.kind) {
    case 'scraped metric':
      return subject.expression;
    case 'series':
      return subject.selector;
    case 'OTLP metric':
      return `${subject.metric} of ${subject.service}`;
    case 'trace':
      return `the trace ${subject.traceId}`;
    case 'traces':
    case 'logs':
      return subject.query;
    case 'metric of Alloy': {
      const labels = describeLabels(subject.labels);
      return `Alloy's own ${subject.metric}${labels === '' ? '' : `{${labels}}`}`;
    }
    case 'work':
      return subject.statement;
    case 'delivery':
      return subject.labels === undefined
        ? "Alloy's OTLP export"
        : `remote write of {${describeLabels(subject.labels)}}`;
  }
}

const COMPARISONS = {
  equal: 'is',
  'at least': 'is at least',
  'at most': 'is at most',
  above: 'is above',
  below: 'is below',
} as const;

const ANY = { value: 'has a value', trace: 'finds a trace', line: 'has a line' } as const;

function describeCondition(condition: Condition): string {
  switch (condition.kind) {
    case 'value':
      return `${COMPARISONS[condition.is]} ${condition.value}`;
    case 'agreement':
      return `agrees with ${condition.with}${condition.within === 0 ? '' : `, give or take ${condition.within}`}`;
    case 'span':
      return `has a span ${condition.shape}`;
    case 'trace':
      return `finds the trace ${condition.traceId}`;
    case 'line':
      return `has the line ${JSON.stringify(condition.line)}`;
    case 'lines':
      return `has a line for each of ${condition.patterns.join(', ')}`;
    case 'labels':
      return `has series, all with ${describeLabels(condition.labels)}`;
    case 'any':
      return ANY[condition.of];
    case 'empty':
      return 'is empty';
    case 'newer sample':
      return `has a sample after ${new Date(condition.since).toISOString()}`;
    case 'answer':
      return `answers ${condition.status} ${JSON.stringify(condition.members)}`;
    case 'stated':
      return condition.statement;
  }
}

function describeSeen(seen: Seen): string {
  switch (seen.kind) {
    case 'nothing':
      return 'nothing';
    case 'values':
      return describeValues(seen);
    case 'comparison':
      return describeComparison(seen);
    case 'spans':
      return describeSpans(seen);
    case 'count':
      return `${seen.count} ${seen.count === 1 ? seen.of.slice(0, -1) : seen.of}`;
    case 'samples':
      return seen.series.map(describeSamples).join('; ');
    case 'newest sample':
      return `the newest sample is from ${new Date(seen.time).toISOString()}`;
    case 'delivery':
      return describeDelivery(seen);
    case 'answer':
      return `${seen.count === undefined ? '' : `${seen.count} found: `}${seen.json}`;
    case 'query failure':
      return seen.message;
  }
}

/** What items are called in sentences. */
export const ITEM_NAMES: Readonly<Record<Items, string>> = {
  spans: 'spans',
  metric_points: 'metric data points',
  log_records: 'log records',
  samples: 'samples',
};

function describeDelivery({ signals, bound }: Extract<Seen, { kind: 'delivery' }>): string {
  return (Object.entries(signals) as [Items, Arrival][])
    .map(([items, arrival]) => `${describeArrival(items, arrival)}${describeDelay(arrival, bound)}`)
    .join('; ');
}

function describeSpans({ names, missing = [] }: Extract<Seen, { kind: 'spans' }>): string {
  if (names.length === 0) return 'no spans';
  return `spans ${names.join(', ')}${missing.length === 0 ? '' : `, without the expected ${missing.join(', ')}`}`;
}

function describeDelay({ ms }: Arrival, bound: Milliseconds): string {
  return ms === undefined ? '' : `, the last after ${describeSeconds(ms)} (at most ${describeSeconds(bound)})`;
}

/** What became of the items of a signal: `18 of 20 log records arrived, 2 of them twice`. */
export function describeArrival(
  items: Items,
  { emitted, arrived, twice, changed, refused = 0, failed = 0 }: Arrival,
): string {
  return [
    `${arrived} of ${emitted} ${ITEM_NAMES[items]} arrived`,
    ...(twice > 0 ? [`${twice} of them twice`] : []),
    ...(changed === undefined ? [] : [`${changed.count} of them with another ${changed.in.join(' and ')}`]),
    ...(refused > 0 ? [`Alloy refused ${refused}`] : []),
    ...(failed > 0 ? [`Alloy gave up ${failed}`] : []),
  ].join(', ');
}

function describeValues({ count, values }: { readonly count: number; readonly values: readonly number[] }): string {
  if (count === 0) return 'no series';
  if (count === 1) return String(values[0]);
  return `${count} series with ${values.join(', ')}${count > values.length ? ', …' : ''}`;
}

function describeComparison({ value, source, least, most }: Extract<Seen, { kind: 'comparison' }>): string {
  const said = least === most ? least : `${least} to ${most}`;
  return `${value ?? 'no sample since'}, while ${source} says ${said}`;
}

function describeSamples({
  count,
  newest,
}: {
  readonly count: number;
  readonly newest: readonly SeenSample[];
}): string {
  const last = newest.map(({ time, value }) => `${value} at ${new Date(time).toISOString().slice(11, 23)}`);
  return `${count} samples, the newest ${last.join(', ')}`;
}

function describeNearest(nearest: Nearest): string[] {
  switch (nearest.kind) {
    case 'other labels':
      return nearest.found.map((labels) => `${nearest.metric} exists with ${describeLabels(labels)}`);
    case 'other names':
      return [
        `no series of this run is called ${nearest.metric}; ${nearest.count} other names have these labels, the nearest: ${nearest.names.join(', ')}`,
      ];
    case 'no series':
      return [`no series of this run has the labels ${describeLabels(nearest.labels)}`];
    case 'other traces':
      return [`${nearest.count} other traces of this run are in the backend, such as ${nearest.example}`];
    case 'no traces':
      return ['no trace of this run is in the backend'];
    case 'other lines':
      return [`${nearest.selector} has ${nearest.count} other lines, the newest: ${nearest.newest}`];
    case 'other services': {
      const { selector, count, services } = nearest;
      const others = `${services.join(', ')}${count > services.length ? ', …' : ''}`;
      return [`${selector} has no lines; ${others} ${count === 1 ? 'has' : 'have'} some`];
    }
    case 'no lines':
      return ['no log line of this run is in the backend'];
    case 'query failure':
      return [nearest.message];
  }
}
