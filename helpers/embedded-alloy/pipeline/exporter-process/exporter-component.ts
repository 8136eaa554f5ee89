import type { ComponentContext, Instance } from '../../schema/component.ts';
import { buildInProcessTarget, buildPagePath, findPages, type Page } from '../in-process-pages.ts';
import { createExporterProcess, type ExporterProgram } from './exporter-process.ts';

/** What an exporter's program says of itself, and an exporter inside of Alloy does not. */
const OF_THE_PROGRAM = /^(?:# (?:HELP|TYPE) )?(?:go|process|promhttp)_/;

/** A `prometheus.exporter.*` component that stands on an exporter of the OS packages. */
export function createExporterComponent(
  name: string,
  instance: string,
  program: ExporterProgram,
  context: ComponentContext,
): Instance {
  const exporter = createExporterProcess(program, context);
  const path = buildPagePath(context.id);
  findPages(context.registry).set(path, async (signal) => withoutProgram(await exporter.page(signal)));
  return {
    exports: { targets: [buildInProcessTarget(name, instance, context)] },
    start: exporter.start,
    stop: async () => {
      findPages(context.registry).delete(path);
      await exporter.stop();
    },
  };
}

function withoutProgram(page: Page): Page {
  const lines = page.body.toString().split('\n');
  return { ...page, body: Buffer.from(lines.filter((line) => !OF_THE_PROGRAM.test(line)).join('\n')) };
}
