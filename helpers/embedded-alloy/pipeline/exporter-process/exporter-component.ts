import type { ComponentContext, Instance } from '../../schema/component.ts';
import { buildInProcessTarget, buildPagePath, findPages, type Page } from '../in-process-pages.ts';
import { createExporterProcess, type ExporterProgram } from './exporter-process.ts';

/** Metrics of the exporter process, which an exporter built into Alloy does not have. */
const PROCESS_METRIC = /^(?:# (?:HELP|TYPE) )?(?:go|process|promhttp)_/;

/** Creates a `prometheus.exporter.*` component that runs an exporter of the OS packages. */
export function createExporterComponent(
  name: string,
  instance: string,
  program: ExporterProgram,
  context: ComponentContext,
): Instance {
  const exporter = createExporterProcess(program, context);
  const path = buildPagePath(context.id);
  findPages(context.registry).set(path, async (signal) => removeProcessMetrics(await exporter.page(signal)));
  return {
    exports: { targets: [buildInProcessTarget(name, instance, context)] },
    start: exporter.start,
    stop: async () => {
      findPages(context.registry).delete(path);
      await exporter.stop();
    },
  };
}

function removeProcessMetrics(page: Page): Page {
  const lines = page.body.toString().split('\n');
  return { ...page, body: Buffer.from(lines.filter((line) => !PROCESS_METRIC.test(line)).join('\n')) };
}
