import { defineComponent } from '../../schema/component.ts';
import { postgresExporterBlock } from './block.ts';

export const component = defineComponent({
  name: 'prometheus.exporter.postgres',
  block: postgresExporterBlock,
  load: async () => (await import('./exporter.ts')).createPostgresExporter,
});
