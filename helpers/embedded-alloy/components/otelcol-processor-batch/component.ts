import { defineComponent } from '../../schema/component.ts';
import { batchProcessorBlock } from './block.ts';

export const component = defineComponent({
  name: 'otelcol.processor.batch',
  block: batchProcessorBlock,
  load: async () => (await import('./processor.ts')).createBatchProcessor,
});
