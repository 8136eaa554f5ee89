import { defineComponent } from '../../schema/component.ts';
import { scrapeBlock } from './block.ts';

export const component = defineComponent({
  name: 'prometheus.scrape',
  block: scrapeBlock,
  load: async () => (await import('./scrape.ts')).createScrape,
});
