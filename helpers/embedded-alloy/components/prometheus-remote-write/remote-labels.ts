import type { Label } from '../../../otlp/remote-write.ts';
import { createLabelBuilder, sortLabels } from '../../pipeline/relabel/labels.ts';
import { relabel } from '../../pipeline/relabel/relabel.ts';
import type { SeriesLabels } from '../../schema/capsules.ts';
import type { RemoteWriteEndpoint } from './block.ts';

/**
 * Returns a function that gives the labels a series is sent with: its own, the external labels that it lacks (empty
 * ones are not sent), and then the changes of `write_relabel_config`. Undefined for a series that is dropped. The
 * result is cached for as long as the series is scraped.
 */
export function createRelabeler(
  external: Readonly<Record<string, string>>,
  rules: RemoteWriteEndpoint['write_relabel_config'],
): (series: SeriesLabels) => Label[] | undefined {
  const known = new WeakMap<SeriesLabels, { readonly labels: Label[] | undefined }>();
  return (series) => {
    const before = known.get(series);
    if (before !== undefined) {
      return before.labels;
    }
    const builder = createLabelBuilder(series);
    for (const [name, value] of Object.entries(external)) {
      if (builder.get(name) === '') {
        builder.set(name, value);
      }
    }
    const labels = relabel(builder, rules, 'legacy')
      ? sortLabels(builder.entries()).map(([name, value]) => ({ name, value }))
      : undefined;
    known.set(series, { labels });
    return labels;
  };
}
