import { defineComponent } from '../../schema/component.ts';
import { otlpHttpExporterBlock } from './block.ts';

export const component = defineComponent({
  name: 'otelcol.exporter.otlphttp',
  block: otlpHttpExporterBlock,
  load: async () => (await import('./exporter.ts')).createOtlpHttpExporter,
});
