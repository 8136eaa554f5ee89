import { defineComponent } from '../../schema/component.ts';
import { remoteWriteBlock } from './block.ts';

export const component = defineComponent({
  name: 'prometheus.remote_write',
  block: remoteWriteBlock,
  load: async () => (await import('./remote-write.ts')).createRemoteWrite,
});
