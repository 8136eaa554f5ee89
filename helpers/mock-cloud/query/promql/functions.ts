import type { Labels } from '../../store/labels.ts';
import { labelsFrom, labelValue, METRIC_NAME } from '../../store/labels.ts';
import type { Call, Expression, ValueType } from './expression.ts';
import type { Window } from './rate.ts';
import { extrapolatedChange, instantChange } from './rate.ts';
import type { Value } from './value.ts';
import { scalarOf, sumOf, vector, vectorOf, withoutName } from './value.ts';

/** Where a call is evaluated; `time` in milliseconds. */
export type CallContext = {
  readonly call: Call;
  readonly time: number;
  /** Adds to the answer's `infos`: a remark about the argument at an offset of the query. */
  readonly remark: (text: string, at: number) => void;
};

export type FunctionDefinition = {
  readonly takes: readonly ValueType[];
  readonly returns: ValueType;
  readonly evaluate: (args: readonly Value[], context: CallContext) => Value;
};

/** The functions that the mock evaluates, by name. */
export const FUNCTIONS: Readonly<Record<string, FunctionDefinition>> = {
  rate: overCounter((window) => extrapolatedChange(window, { counter: true, perSecond: true })),
  increase: overCounter((window) => extrapolatedChange(window, { counter: true, perSecond: false })),
  delta: overWindow((window) => extrapolatedChange(window, { counter: false, perSecond: false })),
  irate: overWindow((window) => instantChange(window, true)),
  idelta: overWindow((window) => instantChange(window, false)),
  changes: overWindow(({ values }) => pairs(values).filter(([a, b]) => !Object.is(a, b) && a !== b).length),
  resets: overWindow(({ values }) => pairs(values).filter(([a, b]) => b < a).length),
  count_over_time: overWindow(({ values }) => values.length),
  sum_over_time: overWindow(({ values }) => sumOf(values)),
  avg_over_time: overWindow(({ values }) => sumOf(values) / values.length),
  min_over_time: overWindow(({ values }) => extreme(values, (a, b) => a < b)),
  max_over_time: overWindow(({ values }) => extreme(values, (a, b) => a > b)),
  present_over_time: overWindow(() => 1),
  last_over_time: overWindow(
    ({ values }) => values.at(-1),
    (labels) => labels,
  ),
  abs: eachSample(Math.abs),
  ceil: eachSample(Math.ceil),
  floor: eachSample(Math.floor),
  absent: {
    takes: ['instant vector'],
    returns: 'instant vector',
    evaluate: ([argument], { call }) =>
      vector(vectorOf(argument).length > 0 ? [] : [{ labels: labelsOfAbsent(call.args[0]), value: 1 }]),
  },
  timestamp: {
    takes: ['instant vector'],
    returns: 'instant vector',
    evaluate: ([argument], { time }) =>
      vector(
        vectorOf(argument).map((sample) => ({
          labels: withoutName(sample.labels),
          value: (sample.time ?? time) / 1000,
        })),
      ),
  },
  time: { takes: [], returns: 'scalar', evaluate: (_, { time }) => ({ type: 'scalar', value: time / 1000 }) },
  vector: {
    takes: ['scalar'],
    returns: 'instant vector',
    evaluate: ([argument]) => vector([{ labels: [], value: scalarOf(argument) }]),
  },
  scalar: {
    takes: ['instant vector'],
    returns: 'scalar',
    evaluate([argument]) {
      const [only, ...more] = vectorOf(argument);
      return { type: 'scalar', value: only === undefined || more.length > 0 ? Number.NaN : only.value };
    },
  },
};

type OfWindow = (window: Window) => number | undefined;

function overWindow(of: OfWindow, name: (labels: Labels) => Labels = withoutName): FunctionDefinition {
  return {
    takes: ['range vector'],
    returns: 'instant vector',
    evaluate([argument]) {
      if (argument?.type !== 'range vector') return vector([]);
      const { series, start, end } = argument;
      return vector(
        series.flatMap(({ labels, samples }) => {
          const value = samples.values.length === 0 ? undefined : of({ ...samples, start, end });
          return value === undefined ? [] : [{ labels: name(labels), value }];
        }),
      );
    },
  };
}

/** As over any window, with Prometheus's remark where the metric's name is not that of a counter. */
function overCounter(of: OfWindow): FunctionDefinition {
  const definition = overWindow(of);
  return {
    ...definition,
    evaluate(args, context) {
      const [argument] = args;
      for (const { labels, samples } of argument?.type === 'range vector' ? argument.series : []) {
        const name = labelValue(labels, METRIC_NAME);
        if (samples.values.length > 1 && name !== '' && !/_(total|sum|count|bucket)$/.test(name)) {
          context.remark(
            `metric might not be a counter, name does not end in _total/_sum/_count/_bucket: ${JSON.stringify(name)}`,
            context.call.args[0]?.from ?? 0,
          );
        }
      }
      return definition.evaluate(args, context);
    },
  };
}

function eachSample(of: (value: number) => number): FunctionDefinition {
  return {
    takes: ['instant vector'],
    returns: 'instant vector',
    evaluate: ([argument]) =>
      vector(vectorOf(argument).map(({ labels, value }) => ({ labels: withoutName(labels), value: of(value) }))),
  };
}

function pairs(values: readonly number[]): [number, number][] {
  return values.slice(1).map((value, index) => [values[index] ?? Number.NaN, value]);
}

/** NaN counts only where there is nothing else. */
function extreme(values: readonly number[], better: (a: number, b: number) => boolean): number {
  return values.reduce((best, value) => (Number.isNaN(best) || better(value, best) ? value : best));
}

/** The labels that a missing series is known to have: those asked for by equality, once. */
function labelsOfAbsent(argument: Expression | undefined): Labels {
  if (argument?.kind !== 'selector') return [];
  const asked = argument.matchers.filter(({ name }) => name !== METRIC_NAME);
  const once = asked.filter(({ name }) => asked.filter((other) => other.name === name).length === 1);
  return labelsFrom(once.filter(({ operator }) => operator === '=').map(({ name, value }) => [name, value]));
}
