import { redactUrl } from '../../pipeline/http/failure.ts';
import { formatDuration } from '../../schema/duration.ts';
import { describeObject, describeText, type Setting, type SettingValue } from '../../schema/settings.ts';
import type { Target } from './target.ts';

/** The latest scrape of a target. */
export type TargetStatus = {
  /** Replaces what is known by another scrape: when it started (milliseconds since the epoch), and why it failed. */
  readonly report: (startedAt: number, seconds: number, error: Error | undefined) => void;
  /** Its block in the debug info of `prometheus.scrape`. */
  readonly describe: () => Setting;
};

/** Go's zero time: the target has not been scraped yet. */
const NEVER = '0001-01-01T00:00:00Z';

/** Creates the status of a target of the scrape pool `job`. */
export function createTargetStatus(target: Target, job: string): TargetStatus {
  let health: 'unknown' | 'up' | 'down' = 'unknown';
  let lastError = '';
  let lastScrape = NEVER;
  let lastSeconds = 0;
  return {
    report: (startedAt, seconds, error) => {
      health = error === undefined ? 'up' : 'down';
      lastError = error?.message ?? '';
      lastScrape = formatTime(startedAt);
      lastSeconds = seconds;
    },
    describe: () => ({
      name: 'target',
      type: 'block',
      body: [
        describeAttribute('job', describeText(job)),
        describeAttribute('url', describeText(redactUrl(target.url))),
        describeAttribute('health', describeText(health)),
        describeAttribute('labels', describeObject(target.labels, describeText)),
        ...(lastError === '' ? [] : [describeAttribute('last_error', describeText(lastError))]),
        describeAttribute('last_scrape', describeText(lastScrape)),
        ...(lastSeconds === 0
          ? []
          : [describeAttribute('last_scrape_duration', describeText(formatDuration(lastSeconds * 1000)))]),
      ],
    }),
  };
}

function describeAttribute(name: string, value: SettingValue): Setting {
  return { name, type: 'attr', value };
}

/** Formats a time as Go does (RFC 3339), without zeros at the end of the fraction. */
function formatTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.?0+Z$/, 'Z');
}
