import type { ComponentContext, Instance } from '../component.ts';
import { IN_PROCESS_ADDRESS, inProcessPages, type Page, pagePath } from '../scrape/in-process-pages.ts';
import { createExporterProcess, type ExporterProgram } from './exporter-process.ts';

/** What an exporter's program says of itself, and an exporter inside of Alloy does not. */
const OF_THE_PROGRAM = /^(?:# (?:HELP|TYPE) )?(?:go|process|promhttp)_/;

/**
 * A `prometheus.exporter.*` component that stands on an exporter of the OS packages. Its `targets` have the labels that a
 * real Alloy's have: `integrations/NAME` as the job, and an address at which only the engine's own scrapes find its page.
 */
export function createExporterComponent(
  name: string,
  instance: string,
  program: ExporterProgram,
  context: ComponentContext,
): Instance {
  const exporter = createExporterProcess(program, context);
  const path = pagePath(context.id);
  const target = {
    __address__: IN_PROCESS_ADDRESS,
    __scheme__: 'http',
    __metrics_path__: path,
    __meta_component_name: `prometheus.exporter.${name}`,
    __meta_component_id: context.id,
    job: `integrations/${name}`,
    instance,
  };
  inProcessPages(context.registry).set(path, async (signal) => withoutProgram(await exporter.page(signal)));
  return {
    exports: { targets: [target] },
    start: exporter.start,
    stop: async () => {
      inProcessPages(context.registry).delete(path);
      await exporter.stop();
    },
  };
}

function withoutProgram(page: Page): Page {
  const lines = page.body.toString().split('\n');
  return { ...page, body: Buffer.from(lines.filter((line) => !OF_THE_PROGRAM.test(line)).join('\n')) };
}
