import { defineComponent } from '../../schema/component.ts';
import { otlpExporterBlock } from './block.ts';

export const component = defineComponent({
  name: 'otelcol.exporter.otlp',
  block: otlpExporterBlock,
  load: async () => (await import('./exporter.ts')).createOtlpExporter,
});
