import { swap } from '../../edit.ts';
import type { Mutant } from '../../mutant.ts';
import { all, mutant } from '../entry.ts';
import { CLOUD, OTLP_USER, REDIS_SCRAPE, TO_BATCH, within } from './snippets.ts';

/** What Alloy refuses at its start: the cause has the line, and what is wrong there. */
export const refused: readonly Mutant[] = [
  mutant(
    'c31',
    'an attribute is misspelt: usernam',
    { configuration: [swap(`\t${OTLP_USER}`, '\tusernam  = sys.env("GRAFANA_CLOUD_OTLP_INSTANCE_ID")')] },
    'phase1',
    { cause: all('config\\.alloy:4\\d', 'usernam') },
  ),
  mutant(
    'c32',
    'a component is misspelt: otelcol.processor.batches',
    { configuration: [swap('otelcol.processor.batch "services"', 'otelcol.processor.batches "services"')] },
    'phase1',
    { cause: all('config\\.alloy:\\d+', 'otelcol\\.processor\\.batch') },
  ),
  mutant(
    'c34',
    'a reference leads to a component that is not there',
    { configuration: [swap(`traces  = ${TO_BATCH}`, 'traces  = [otelcol.processor.batch.service.input]')] },
    'phase1',
    { cause: all('config\\.alloy:\\d+', 'otelcol\\.processor\\.batch\\.service\\b') },
  ),
  mutant(
    'c36',
    'the deprecated env() is used',
    { configuration: [swap(OTLP_USER, 'username = env("GRAFANA_CLOUD_OTLP_INSTANCE_ID")')] },
    'phase1',
    { cause: all('config\\.alloy:\\d+', '\\benv\\b') },
  ),
  mutant('c37', 'a quote is missing', { configuration: [swap('format = "logfmt"', 'format = "logfmt')] }, 'phase1', {
    cause: all('config\\.alloy:\\d+', 'string|literal|terminated|newline'),
  }),
  mutant(
    'c38',
    'a closing brace is missing',
    { configuration: [swap('\tformat = "logfmt"\n}', '\tformat = "logfmt"\n')] },
    'phase1',
    { cause: all('config\\.alloy:\\d+') },
  ),
  mutant(
    'c40',
    'a component stands there twice',
    {
      configuration: [
        swap('// ---- Redis ----', 'discovery.relabel "postgres" {\n\ttargets = []\n}\n\n// ---- Redis ----'),
      ],
    },
    'phase1',
    { cause: all('config\\.alloy:\\d+', 'discovery\\.relabel\\.postgres|already declared|duplicate') },
  ),
  mutant(
    'c41',
    'a required attribute is deleted: forward_to of a scrape',
    { configuration: [within(REDIS_SCRAPE, `\tforward_to      = [${CLOUD}]\n`, '')] },
    'phase1',
    { cause: all('config\\.alloy:\\d+', 'forward_to') },
  ),
  mutant(
    'c42',
    'a duration is none: 10 seconds',
    { configuration: [swap('"10s")\n\n\toutput', '"10s") + " seconds"\n\n\toutput')] },
    'phase1',
    { cause: all('config\\.alloy:\\d+', 'duration') },
  ),
  mutant(
    'c43',
    'the file is indented with spaces',
    { configuration: [swap('\tlevel  = coalesce', '    level  = coalesce')] },
    'phase1',
    { cause: all('config\\.alloy', 'fmt') },
  ),
  mutant(
    'c44',
    'the log level is none: verbose',
    { configuration: [swap('coalesce(sys.env("ALLOY_LOG_LEVEL"), "info")', '"verbose"')] },
    'phase1',
    { cause: all('config\\.alloy:\\d+', 'verbose|level') },
  ),
];
