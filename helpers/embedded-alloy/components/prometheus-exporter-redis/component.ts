import { defineComponent } from '../../schema/component.ts';
import { redisExporterBlock } from './block.ts';

export const component = defineComponent({
  name: 'prometheus.exporter.redis',
  block: redisExporterBlock,
  load: async () => (await import('./exporter.ts')).createRedisExporter,
});
