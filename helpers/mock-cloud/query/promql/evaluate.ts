import { buildLabelsKey, compareLabels, type Labels, METRIC_NAME } from '../../store/labels.ts';
import { findLatestSample, readSamples } from '../../store/read-series.ts';
import type { Series, SeriesStore } from '../../store/series.ts';
import { matchesEvery } from '../language/matcher.ts';
import { NotEvaluatedError } from '../language/query-error.ts';
import { evaluateAggregate } from './aggregate.ts';
import { evaluateBinary } from './binary.ts';
import type { Expression, Selector } from './expression.ts';
import { type CallContext, FUNCTIONS } from './functions.ts';
import { createVector, dropName, type RangeSeries, readVector, type Value } from './value.ts';

/** How long a sample remains the current value of its series. */
const LOOKBACK_MS = 5 * 60 * 1000;

type Remark = CallContext['remark'];

/** The value of an expression at one time (milliseconds). Throws QueryError. */
export function evaluateAt(store: SeriesStore, expression: Expression, time: number, remark: Remark): Value {
  return createEvaluator(store, remark)(expression, time);
}

/**
 * The value of an expression at every step from `start` to `end` (milliseconds), as series sorted by their labels; a
 * scalar is a series without labels. Throws QueryError.
 */
export function evaluateRange(
  store: SeriesStore,
  expression: Expression,
  { start, end, step }: { readonly start: number; readonly end: number; readonly step: number },
  remark: Remark,
): RangeSeries[] {
  const evaluate = createEvaluator(store, remark);
  const found = new Map<string, { labels: Labels; samples: { times: number[]; values: number[] } }>();
  for (let time = start; time <= end; time += step) {
    const value = evaluate(expression, time);
    const samples = value.type === 'scalar' ? [{ labels: [], value: value.value }] : readVector(value);
    for (const { labels, value: number } of samples) {
      const key = buildLabelsKey(labels);
      const series = found.get(key) ?? { labels, samples: { times: [], values: [] } };
      found.set(key, series);
      series.samples.times.push(time);
      series.samples.values.push(number);
    }
  }
  return [...found.values()].sort((a, b) => compareLabels(a.labels, b.labels));
}

/** The series that a selector selects. */
export function selectSeries(store: SeriesStore, { matchers }: Pick<Selector, 'matchers'>): Series[] {
  const named = matchers.find(({ name, operator }) => name === METRIC_NAME && operator === '=');
  return [...store.select(named?.value)].filter(({ labels }) => matchesEvery(matchers, labels));
}

/** An evaluator that looks up the series of each selector once. */
function createEvaluator(store: SeriesStore, remark: Remark): (expression: Expression, time: number) => Value {
  const selected = new Map<Selector, Series[]>();
  const findSeries = (selector: Selector): Series[] => {
    const known = selected.get(selector) ?? selectSeries(store, selector);
    selected.set(selector, known);
    return known;
  };

  return function evaluate(expression: Expression, time: number): Value {
    switch (expression.kind) {
      case 'number':
        return { type: 'scalar', value: expression.value };
      case 'string':
        return { type: 'string', value: expression.value };
      case 'selector':
        return createVector(
          findSeries(expression).flatMap((series) => {
            const sample = findLatestSample(series, time, LOOKBACK_MS);
            return sample === undefined ? [] : [{ labels: series.labels, ...sample }];
          }),
        );
      case 'range': {
        const [start, end] = [time - expression.range, time];
        const windows = findSeries(expression.selector).map((series) => ({
          labels: series.labels,
          samples: readSamples(series, start, end),
        }));
        return { type: 'range vector', series: windows.filter(({ samples }) => samples.times.length > 0), start, end };
      }
      case 'call': {
        const definition = FUNCTIONS[expression.name];
        if (definition === undefined) throw new NotEvaluatedError(`the function ${expression.name}()`, 'Prometheus');
        const args = expression.args.map((argument) => evaluate(argument, time));
        return definition.evaluate(args, { call: expression, time, remark });
      }
      case 'aggregate':
        return evaluateAggregate(
          expression.operator,
          expression.grouping,
          readVector(evaluate(expression.argument, time)),
        );
      case 'binary':
        return evaluateBinary(expression, evaluate(expression.left, time), evaluate(expression.right, time));
      case 'negate': {
        const operand = evaluate(expression.operand, time);
        if (operand.type === 'scalar') return { type: 'scalar', value: -operand.value };
        const negated = readVector(operand).map(({ labels, value }) => ({ labels: dropName(labels), value: -value }));
        return createVector(negated);
      }
    }
  };
}
