import { expect, test } from 'vitest';
import { buildArguments, createFixture } from '../../testing/component-fixture.ts';
import { createDiscoveryRelabel, discoveryRelabelBlock } from './component.ts';

test('a target can get label names that Prometheus rejected before 3.0', () => {
  const fixture = createFixture('discovery.relabel.d');
  const targets = [{ __address__: 'a:1', src: 'V-1' }];
  const rule = [
    { target_label: 'a-b', replacement: 'disc' },
    { source_labels: ['src'], target_label: '$1', replacement: 'template' },
  ];
  const { exports } = createDiscoveryRelabel(buildArguments(discoveryRelabelBlock, { targets, rule }), fixture);
  expect(exports.output).toEqual([{ __address__: 'a:1', src: 'V-1', 'a-b': 'disc', 'V-1': 'template' }]);
});
