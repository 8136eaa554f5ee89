/**
 * The pipeline as Alloy itself describes it: its components with what they were evaluated to, where they stand in the
 * configuration, and what each of them has counted in this run. What is read once here is all that a diagnosis knows of Alloy.
 */
import { readFile } from 'node:fs/promises';
import { type GraphComponent, readGraph } from '../clients/alloy-graph.ts';
import { readRunMetrics } from '../clients/alloy-metrics.ts';
import type { InstantSample, Labels } from '../clients/prometheus.ts';
import type { Signal } from '../findings/finding.ts';
import type { Run } from '../run/run.ts';
import { nameWritten, readBlocks, type WrittenBlock } from './configuration-text.ts';

/** The signals that travel over OTLP. */
export const SIGNALS: readonly Signal[] = ['traces', 'metrics', 'logs'];

/** A component, and the block of the configuration that it comes from, where the file has it. */
export type Component = GraphComponent & { readonly written?: WrittenBlock };

/** What is known of the pipeline of a run. */
export type Flow = {
  readonly components: readonly Component[];
  /** Alloy's own metrics: counters as they rose in this run, gauges as they are. */
  readonly metrics: readonly InstantSample[];
  /** The file of the configuration, as a person knows it. */
  readonly file: string;
};

/**
 * Reads the pipeline of a run; undefined if Alloy gives no answer. A configuration that can't be read takes away
 * the places only: that of an external Alloy need not be on this machine.
 */
export async function readFlow(run: Pick<Run, 'alloy' | 'alloyBefore'>): Promise<Flow | undefined> {
  const [graph, metrics, blocks] = await Promise.all([
    readGraph(run.alloy).catch(() => undefined),
    readRunMetrics(run).catch(() => undefined),
    readFile(run.alloy.config, 'utf8')
      .then(readBlocks)
      .catch((): WrittenBlock[] => []),
  ]);
  if (graph === undefined || metrics === undefined) return undefined;
  const written = new Map(blocks.map((block) => [nameWritten(block), block]));
  return {
    components: graph.map((component) => {
      const block = written.get(component.id);
      return block === undefined ? component : { ...component, written: block };
    }),
    metrics,
    file: run.alloy.config,
  };
}

/** The component with this ID. */
export function findComponent({ components }: Flow, id: string): Component | undefined {
  return components.find((component) => component.id === id);
}

/** The sum of the metrics of a component whose names match, over those of their series that `isWanted` takes. */
export function countAt(
  { metrics }: Pick<Flow, 'metrics'>,
  { id }: Pick<Component, 'id'>,
  name: RegExp,
  isWanted: (labels: Labels) => boolean = () => true,
): number {
  return metrics
    .filter(({ labels }) => labels.component_id === id && name.test(labels.__name__ ?? '') && isWanted(labels))
    .reduce((sum, { value }) => sum + value, 0);
}
