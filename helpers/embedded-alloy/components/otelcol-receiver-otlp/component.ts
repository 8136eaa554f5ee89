import { defineComponent } from '../../schema/component.ts';
import { otlpReceiverBlock } from './block.ts';

export const component = defineComponent({
  name: 'otelcol.receiver.otlp',
  block: otlpReceiverBlock,
  load: async () => (await import('./receiver.ts')).createOtlpReceiver,
});
