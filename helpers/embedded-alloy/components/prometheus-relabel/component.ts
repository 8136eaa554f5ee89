import { defineComponent } from '../../schema/component.ts';
import { prometheusRelabelBlock } from './block.ts';

export const component = defineComponent({
  name: 'prometheus.relabel',
  block: prometheusRelabelBlock,
  load: async () => (await import('./relabel.ts')).createPrometheusRelabel,
});
