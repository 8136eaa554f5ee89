import { buildLabels, getLabel, type Labels, METRIC_NAME } from '../../store/labels.ts';
import type { Call, Expression, ValueType } from './expression.ts';
import { addUp, findExtreme } from './numbers.ts';
import { computeChange, computeInstantChange, type Window } from './rate.ts';
import { createVector, dropName, readScalar, readVector, type Value } from './value.ts';

/** Where a call is evaluated; `time` in milliseconds. */
export type CallContext = {
  readonly call: Call;
  readonly time: number;
  /** Adds a remark about the argument at an offset of the query to the answer's `infos`. */
  readonly remark: (text: string, at: number) => void;
};

export type FunctionDefinition = {
  readonly takes: readonly ValueType[];
  readonly returns: ValueType;
  readonly evaluate: (args: readonly Value[], context: CallContext) => Value;
};

/** The functions that the mock evaluates, by name. */
export const FUNCTIONS: Readonly<Record<string, FunctionDefinition>> = {
  rate: defineCounterFunction((window) => computeChange(window, { counter: true, perSecond: true })),
  increase: defineCounterFunction((window) => computeChange(window, { counter: true, perSecond: false })),
  delta: defineWindowFunction((window) => computeChange(window, { counter: false, perSecond: false })),
  irate: defineWindowFunction((window) => computeInstantChange(window, true)),
  idelta: defineWindowFunction((window) => computeInstantChange(window, false)),
  changes: defineWindowFunction(
    ({ values }) => listPairs(values).filter(([a, b]) => !Object.is(a, b) && a !== b).length,
  ),
  resets: defineWindowFunction(({ values }) => listPairs(values).filter(([a, b]) => b < a).length),
  count_over_time: defineWindowFunction(({ values }) => values.length),
  sum_over_time: defineWindowFunction(({ values }) => addUp(values)),
  avg_over_time: defineWindowFunction(({ values }) => addUp(values) / values.length),
  min_over_time: defineWindowFunction(({ values }) => findExtreme(values, (a, b) => a < b)),
  max_over_time: defineWindowFunction(({ values }) => findExtreme(values, (a, b) => a > b)),
  present_over_time: defineWindowFunction(() => 1),
  last_over_time: defineWindowFunction(
    ({ values }) => values.at(-1),
    (labels) => labels,
  ),
  abs: defineSampleFunction(Math.abs),
  ceil: defineSampleFunction(Math.ceil),
  floor: defineSampleFunction(Math.floor),
  absent: {
    takes: ['instant vector'],
    returns: 'instant vector',
    evaluate: ([argument], { call }) =>
      createVector(readVector(argument).length > 0 ? [] : [{ labels: buildAbsentLabels(call.args[0]), value: 1 }]),
  },
  timestamp: {
    takes: ['instant vector'],
    returns: 'instant vector',
    evaluate: ([argument], { time }) =>
      createVector(
        readVector(argument).map((sample) => ({
          labels: dropName(sample.labels),
          value: (sample.time ?? time) / 1000,
        })),
      ),
  },
  time: { takes: [], returns: 'scalar', evaluate: (_, { time }) => ({ type: 'scalar', value: time / 1000 }) },
  vector: {
    takes: ['scalar'],
    returns: 'instant vector',
    evaluate: ([argument]) => createVector([{ labels: [], value: readScalar(argument) }]),
  },
  scalar: {
    takes: ['instant vector'],
    returns: 'scalar',
    evaluate([argument]) {
      const [only, ...more] = readVector(argument);
      return { type: 'scalar', value: only === undefined || more.length > 0 ? Number.NaN : only.value };
    },
  },
};

/** A function of one window of samples; `relabel` makes the labels of its result. */
function defineWindowFunction(
  compute: (window: Window) => number | undefined,
  relabel: (labels: Labels) => Labels = dropName,
): FunctionDefinition {
  return {
    takes: ['range vector'],
    returns: 'instant vector',
    evaluate([argument]) {
      if (argument?.type !== 'range vector') return createVector([]);
      const { series, start, end } = argument;
      return createVector(
        series.flatMap(({ labels, samples }) => {
          const value = samples.values.length === 0 ? undefined : compute({ ...samples, start, end });
          return value === undefined ? [] : [{ labels: relabel(labels), value }];
        }),
      );
    },
  };
}

/** A window function that adds Prometheus's remark if the metric's name is not that of a counter. */
function defineCounterFunction(compute: (window: Window) => number | undefined): FunctionDefinition {
  const definition = defineWindowFunction(compute);
  return {
    ...definition,
    evaluate(args, context) {
      const [argument] = args;
      for (const { labels, samples } of argument?.type === 'range vector' ? argument.series : []) {
        const name = getLabel(labels, METRIC_NAME);
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

/** A function of each sample of a vector. */
function defineSampleFunction(compute: (value: number) => number): FunctionDefinition {
  return {
    takes: ['instant vector'],
    returns: 'instant vector',
    evaluate: ([argument]) =>
      createVector(
        readVector(argument).map(({ labels, value }) => ({ labels: dropName(labels), value: compute(value) })),
      ),
  };
}

function listPairs(values: readonly number[]): [number, number][] {
  return values.slice(1).map((value, index) => [values[index] ?? Number.NaN, value]);
}

/** The labels that a missing series is known to have: those that the query names by equality, and only once. */
function buildAbsentLabels(argument: Expression | undefined): Labels {
  if (argument?.kind !== 'selector') return [];
  const matchers = argument.matchers.filter(({ name }) => name !== METRIC_NAME);
  const once = matchers.filter(({ name }) => matchers.filter((other) => other.name === name).length === 1);
  return buildLabels(once.filter(({ operator }) => operator === '=').map(({ name, value }) => [name, value]));
}
