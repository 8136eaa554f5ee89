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

  // Recorded from Prometheus.
  test.each([
    ['<html>no</html>', 'expected a valid start token, got "<" ("INVALID") while parsing: "<"'],
    ['this is { not metrics\n', 'strconv.ParseFloat: parsing "is": invalid syntax while parsing: "this is"'],
    ['fine 1\nbroken{ 2\n', 'expected label name, got "2" ("INVALID") while parsing: "broken{ 2"'],
    ['a\n', 'expected value after metric, got "\\n" ("INVALID") while parsing: "a\\n"'],
    ['a{p="1} 2\n', 'expected label value, got "\\"1} 2\\n\\n" ("INVALID") while parsing: "a{p=\\"1} 2\\n\\n"'],
    ['a 1 -5\n', 'expected timestamp or new record, got "-" ("INVALID") while parsing: "a 1 -"'],
    ['a 1 5.5\n', 'expected next entry after timestamp, got "." ("INVALID") while parsing: "a 1 5."'],
    ['a 1 5 6\n', 'expected next entry after timestamp, got "6\\n" ("TIMESTAMP") while parsing: "a 1 5 6\\n"'],
    ['# TYPE a nonsense\n', 'invalid metric type "nonsense"'],
    ['a 1e999\n', 'strconv.ParseFloat: parsing "1e999": value out of range while parsing: "a 1e999"'],
    ['{p="1"} 1\n', 'metric name not set while parsing: "{p=\\"1\\"} 1"'],
    ['a{,} 1\n', 'expected label name, got ",}" ("COMMA") while parsing: "a{,}"'],
    ['a{p "1"} 1\n', 'expected equal, got "\\"1\\"}" ("QSTRING") while parsing: "a{p \\"1\\"}"'],
    ['a{p} 1\n', 'expected equal, got "} " ("BCLOSE") while parsing: "a{p} "'],
    ['a{p,q="1"} 1\n', 'expected equal, got ",q" ("COMMA") while parsing: "a{p,q"'],
    ['a{p=1} 1\n', 'expected label value, got "1" ("INVALID") while parsing: "a{p=1"'],
    ['# TYPE 1abc gauge\n', 'expected metric name after TYPE, got "1" ("INVALID") while parsing: "# TYPE 1"'],
    ['# HELP 1abc x\n', 'expected metric name after HELP, got "1" ("INVALID") while parsing: "# HELP 1"'],
    ['\ufeffa 1\n', 'expected a valid start token, got "\\xef" ("INVALID") while parsing: "\\xef"'],
    ['ü 1\n', 'expected a valid start token, got "\\xc3" ("INVALID") while parsing: "\\xc3"'],
    ['a{} {\n', 'expected value after metric, got "{\\n" ("BOPEN") while parsing: "a{} {\\n"'],
    ['{"a","b"} 1\n', 'metric name already set while parsing: "{\\"a\\",\\"b\\"}"'],
    ['a{"b"} 1\n', 'metric name already set while parsing: "a{\\"b\\"}"'],
    [
      'a 1 99999999999999999999\n',
      'strconv.ParseInt: parsing "99999999999999999999": value out of range while parsing: "a 1 99999999999999999999"',
    ],
    ['a 0x1p3\n', 'unsupported character in float while parsing: "a 0x1p3"'],
    ['a 1_000\n', 'unsupported character in float while parsing: "a 1_000"'],
    ['a{="x"} 1\n', 'expected label name, got "=\\"" ("EQUAL") while parsing: "a{=\\""'],
    ['a{p="1"', 'expected label name, got "\\n" ("INVALID") while parsing: "a{p=\\"1\\"\\n"'],
    ['a{p=', 'expected label value, got "\\n" ("INVALID") while parsing: "a{p=\\n"'],
    ['a{', 'expected label name, got "\\n" ("INVALID") while parsing: "a{\\n"'],
    ['a{p', 'expected equal, got "\\n" ("INVALID") while parsing: "a{p\\n"'],
    ['{"status":"ok"}', 'expected equal, got ":" ("INVALID") while parsing: "{\\"status\\":"'],
    ['{\n  "status": "ok"\n}\n', 'expected label name, got "\\n" ("INVALID") while parsing: "{\\n"'],
    ['Unauthorized', 'expected value after metric, got "\\n" ("INVALID") while parsing: "Unauthorized\\n"'],
    ['  <x\n', 'expected a valid start token, got "<" ("INVALID") while parsing: "  <"'],
    ['a 1\n\n  b\n', 'expected value after metric, got "\\n" ("INVALID") while parsing: "  b\\n"'],
    ['a 1\r\n', 'strconv.ParseFloat: parsing "1\\r": invalid syntax while parsing: "a 1\\r"'],
    ['a{p="x"} "1"\n', 'strconv.ParseFloat: parsing "\\"1\\"": invalid syntax while parsing: "a{p=\\"x\\"} \\"1\\""'],
    ['a{p="1\n2"} x\n', 'strconv.ParseFloat: parsing "x": invalid syntax while parsing: "a{p=\\"1\\n2\\"} x"'],
    ['my-metric 1\n', 'strconv.ParseFloat: parsing "-metric": invalid syntax while parsing: "my-metric"'],
    ['my.metric 1\n', 'strconv.ParseFloat: parsing ".metric": invalid syntax while parsing: "my.metric"'],
    ['a{my-label="1"} 1\n', 'expected equal, got "-" ("INVALID") while parsing: "a{my-"'],
    ['1a 2\n', 'expected a valid start token, got "1" ("INVALID") while parsing: "1"'],
    ['"a" 1\n', 'expected a valid start token, got "\\"" ("INVALID") while parsing: "\\""'],
    ['# TYPE a\n', 'invalid metric type ""'],
    [
      '# HELP "a x\n',
      'expected metric name after HELP, got "\\"a x\\n\\n" ("INVALID") while parsing: "# HELP \\"a x\\n\\n"',
    ],
    ['a{ü="1"} 1\n', 'expected label name, got "\\xc3" ("INVALID") while parsing: "a{\\xc3"'],
    ['a 1,5\n', 'strconv.ParseFloat: parsing "1,5": invalid syntax while parsing: "a 1,5"'],
    ['a{p="1"}\n', 'expected value after metric, got "\\n" ("INVALID") while parsing: "a{p=\\"1\\"}\\n"'],
    ['a{p="1"="2"} 1\n', 'expected label name, got "=\\"" ("EQUAL") while parsing: "a{p=\\"1\\"=\\""'],
    ['a{p="1"} NaNN\n', 'strconv.ParseFloat: parsing "NaNN": invalid syntax while parsing: "a{p=\\"1\\"} NaNN"'],
  ])('refuses %j with the message of Prometheus', (page, error) => {
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

  // Recorded from Prometheus.
  test.each([
    ['a 1\n', 'data does not end with # EOF'],
    ['# EOF\na 1\n', 'unexpected data after # EOF'],
    ['\na 1\n# EOF\n', 'expected a valid start token, got "\\n" ("INVALID") while parsing: "\\n"'],
    ['a  1\n# EOF\n', 'expected value after metric, got "  " ("INVALID") while parsing: "a  "'],
    ['# UNIT a seconds\n# EOF\n', 'unit "seconds" not a suffix of metric "a"'],
    ['a\n# EOF\n', 'expected value after metric, got "\\n" ("INVALID") while parsing: "a\\n"'],
    ['a 1 x\n# EOF\n', 'strconv.ParseFloat: parsing "x": invalid syntax while parsing: "a 1 x"'],
    ['a 1 1 1\n# EOF\n', 'expected next entry after timestamp, got " 1\\n" ("TIMESTAMP") while parsing: "a 1 1 1\\n"'],
    [
      'a_total 1 # {x="1"}\n# EOF\n',
      'expected value after exemplar labels, got "\\n" ("INVALID") while parsing: "a_total 1 # {x=\\"1\\"}\\n"',
    ],
    ['# FOO a\n# EOF\n', 'expected a valid start token, got "# F" ("INVALID") while parsing: "# F"'],
    ['a{p="1" q="2"} 1\n# EOF\n', 'expected comma or brace close, got " " ("INVALID") while parsing: "a{p=\\"1\\" "'],
    ['<html>\n', 'expected a valid start token, got "<" ("INVALID") while parsing: "<"'],
    ['# hello\n# EOF\n', 'expected a valid start token, got "# h" ("INVALID") while parsing: "# h"'],
    ['a x1\n# EOF\n', 'strconv.ParseFloat: parsing "x1": invalid syntax while parsing: "a x1"'],
    ['a 1 NaN\n# EOF\n', 'invalid timestamp NaN'],
    ['# TYPE a nonsense\n# EOF\n', 'invalid metric type "nonsense"'],
    [
      'a_total 1 # {x="1"} q\n# EOF\n',
      'strconv.ParseFloat: parsing "q": invalid syntax while parsing: "a_total 1 # {x=\\"1\\"} q"',
    ],
    [
      'a_total 1 # {x="1"} 1 q\n# EOF\n',
      'strconv.ParseFloat: parsing "q": invalid syntax while parsing: "a_total 1 # {x=\\"1\\"} 1 q"',
    ],
    [
      'a_total 1 # {x="1"} 1 1 1\n# EOF\n',
      'expected next entry after exemplar timestamp, got " 1\\n" ("TIMESTAMP") while parsing: "a_total 1 # {x=\\"1\\"} 1 1 1\\n"',
    ],
    ['# TYPE 1 gauge\n# EOF\n', 'expected metric name after TYPE, got "1" ("INVALID") while parsing: "# TYPE 1"'],
    ['# TYPE a gauge', 'expected text in TYPE'],
    ['{p="1"} 1\n# EOF\n', 'metric name not set while parsing: "{p=\\"1\\"} 1"'],
    ['my-metric 1\n# EOF\n', 'expected value after metric, got "-" ("INVALID") while parsing: "my-"'],
  ])('refuses %j with the message of Prometheus', (page, error) => {
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
