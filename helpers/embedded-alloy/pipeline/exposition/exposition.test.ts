import { describe, expect, test } from 'vitest';
import { describeError } from '../../language/describe-error.ts';
import { formatBound } from './float.ts';
import { readOpenMetrics } from './open-metrics.ts';
import { readPage } from './read-page.ts';
import type { ExposedSample } from './sample.ts';
import { readTextFormat } from './text-format.ts';

type Read = { readonly samples: ExposedSample[]; readonly error: string };

function read(reader: typeof readTextFormat, page: string): Read {
  const samples: ExposedSample[] = [];
  try {
    reader(page, (sample) => samples.push(sample));
  } catch (error) {
    return { samples, error: describeError(error) };
  }
  return { samples, error: '' };
}

const one = (reader: typeof readTextFormat, page: string) => {
  const { samples, error } = read(reader, page);
  expect(error).toBe('');
  const [sample] = samples;
  return sample && [Object.fromEntries(sample.labels), sample.value, sample.timestamp];
};

describe('the Prometheus text format', () => {
  test.each<[string, string, unknown]>([
    ['a bare metric', 'a 1', [{ __name__: 'a' }, 1, undefined]],
    ['colons in a name', 'a:b_2 1\n', [{ __name__: 'a:b_2' }, 1, undefined]],
    ['escapes in a value', 'a{p="x\\"y\\\\z\\nw\\t"} 1\n', [{ __name__: 'a', p: 'x"y\\z\nw\\t' }, 1, undefined]],
    ['a brace and a comma inside quotes', 'a{p="}{,"} 1\n', [{ __name__: 'a', p: '}{,' }, 1, undefined]],
    ['a trailing comma', 'a{p="1",} 2\n', [{ __name__: 'a', p: '1' }, 2, undefined]],
    ['blanks around everything', '\t a { p = "1" , q="2" } \t 2 \t 3 \n', [{ __name__: 'a', p: '1', q: '2' }, 2, 3]],
    ['no blank before the value', 'a{}1\n', [{ __name__: 'a' }, 1, undefined]],
    ['a timestamp in milliseconds', 'a 1 1600000000000\n', [{ __name__: 'a' }, 1, 1600000000000]],
    ['a name in quotes', '{"odd name",p="1"} 1\n', [{ __name__: 'odd name', p: '1' }, 1, undefined]],
    ['NaN', 'a NaN\n', [{ __name__: 'a' }, Number.NaN, undefined]],
    ['infinities', 'a -Inf\n', [{ __name__: 'a' }, Number.NEGATIVE_INFINITY, undefined]],
    ['exponents', 'a 1.5e-3\n', [{ __name__: 'a' }, 0.0015, undefined]],
    ['comments and blank lines', '\n# TYPE a gauge\n#c\n# HELP a {\n\n  \na 1\n', [{ __name__: 'a' }, 1, undefined]],
  ])('allows %s', (_, page, expected) => {
    expect(one(readTextFormat, page)).toEqual(expected);
  });

  test.each([
    ['a page of HTML', '<html>no</html>', 'line 1: expected the name of a metric, found "<html>no</html>"'],
    ['prose', 'this is { not metrics\n', 'line 1: expected a value after the metric, found "is { not metrics\\n"'],
    ['a broken line after a good one', 'fine 1\nbroken{ 2\n', 'line 2: expected the name of a label, found "2\\n"'],
    ['no value', 'a\n', 'line 1: expected a value after the metric, found "\\n"'],
    ['an open quote', 'a{p="1} 2\n', 'line 1: expected the value of a label in quotes, found "\\"1} 2\\n"'],
    ['a negative timestamp', 'a 1 -5\n', 'line 1: expected a timestamp or the end of the line, found "-5\\n"'],
    ['a fraction of a timestamp', 'a 1 5.5\n', 'line 1: expected the end of the line, found ".5\\n"'],
    ['more after the timestamp', 'a 1 5 6\n', 'line 1: expected the end of the line, found "6\\n"'],
    ['a type that does not exist', '# TYPE a nonsense\n', 'invalid metric type "nonsense"'],
    ['a number out of range', 'a 1e999\n', 'line 1: expected a value after the metric, found "1e999\\n"'],
    ['labels without a name', '{p="1"} 1\n', 'line 1: expected a metric with a name, found "{p=\\"1\\"} 1\\n"'],
  ])('refuses %s', (_, page, error) => {
    expect(read(readTextFormat, page).error).toBe(error);
  });

  test('returns the samples before the broken line', () => {
    expect(read(readTextFormat, 'fine 1\nbroken{ 2\n').samples.map(({ series }) => series)).toEqual(['fine']);
  });

  test('normalizes the bounds of histograms and summaries, and nothing else', () => {
    const page =
      '# TYPE h histogram\nh_bucket{le="1"} 1\n# TYPE s summary\ns{quantile="1"} 1\ns{le="1"} 1\n# TYPE g gauge\ng{le="1"} 1\n';
    expect(read(readTextFormat, page).samples.map(({ labels }) => labels[1]?.[1])).toEqual(['1.0', '1.0', '1', '1']);
  });
});

describe('OpenMetrics', () => {
  test.each<[string, string, unknown]>([
    ['a metric', 'a 1\n# EOF\n', [{ __name__: 'a' }, 1, undefined]],
    ['a timestamp in seconds', 'a{p="1"} 1 1600000000.123\n# EOF', [{ __name__: 'a', p: '1' }, 1, 1600000000123]],
    ['an exemplar', 'a_total 1 # {trace_id="x"} 0.5 1600000000\n# EOF\n', [{ __name__: 'a_total' }, 1, undefined]],
    [
      'metadata',
      '# TYPE a_seconds gauge\n# UNIT a_seconds seconds\n# HELP a_seconds \na_seconds 1\n# EOF\n',
      [{ __name__: 'a_seconds' }, 1, undefined],
    ],
  ])('allows %s', (_, page, expected) => {
    expect(one(readOpenMetrics, page)).toEqual(expected);
  });

  test.each([
    ['a missing end', 'a 1\n', 'data does not end with # EOF'],
    ['anything after the end', '# EOF\na 1\n', 'line 2: expected nothing after # EOF, found "a 1\\n"'],
    ['a blank line', '\na 1\n# EOF\n', 'line 1: expected the name of a metric, found "\\na 1\\n# EOF\\n"'],
    ['two blanks', 'a  1\n# EOF\n', 'line 1: expected a value after the metric, found "  1\\n# EOF\\n"'],
    [
      'a unit that the name does not end with',
      '# UNIT a seconds\n# EOF\n',
      'unit "seconds" not a suffix of metric "a"',
    ],
  ])('refuses %s', (_, page, error) => {
    expect(read(readOpenMetrics, page).error).toBe(error);
  });
});

test.each([
  ['1', '1.0'],
  ['0', '0.0'],
  ['+Inf', '+Inf'],
  ['0.5', '0.5'],
  ['100000', '100000.0'],
  ['1000000', '1e+06'],
  ['1234567', '1.234567e+06'],
  ['0.0001', '0.0001'],
  ['0.00001', '1e-05'],
  ['not a number', 'not a number'],
])('the bound %s becomes %s', (text, expected) => {
  expect(formatBound(text)).toBe(expected);
});

describe('the format of a page', () => {
  const countSamples = (contentType: string, fallback: string): number => {
    let count = 0;
    readPage(Buffer.from('a 1\n'), contentType, fallback, () => count++);
    return count;
  };
  test('is what its Content-Type names, or the fallback', () => {
    expect(countSamples('text/plain; version=0.0.4', '')).toBe(1);
    expect(countSamples('', 'PrometheusText0.0.4')).toBe(1);
    expect(countSamples('text/html', 'PrometheusText0.0.4')).toBe(1);
    expect(() => countSamples('application/openmetrics-text; version=1.0.0', '')).toThrow('# EOF');
    expect(() => countSamples('text/html', '')).toThrow(/unsupported Content-Type "text\/html"/);
    expect(() => countSamples('', '')).toThrow(/blank Content-Type/);
  });
  test('must be UTF-8', () => {
    expect(() => readPage(Buffer.from([0x61, 0xff]), 'text/plain', '', () => {})).toThrow('not valid UTF-8');
  });
});
