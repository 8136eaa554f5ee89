import { expect, test } from 'vitest';
import { argumentsFor, componentFixture } from '../../testing/component-fixture.ts';
import { discoveryRelabelBlock } from './block.ts';
import { createDiscoveryRelabel } from './relabel.ts';

test('a target gets labels whose names older Prometheus would not have taken', () => {
  using fixture = componentFixture('discovery.relabel.d');
  const targets = [{ __address__: 'a:1', src: 'V-1' }];
  const rule = [
    { target_label: 'a-b', replacement: 'disc' },
    { source_labels: ['src'], target_label: '$1', replacement: 'template' },
  ];
  const { exports } = createDiscoveryRelabel(argumentsFor(discoveryRelabelBlock, { targets, rule }), fixture);
  expect(exports.output).toEqual([{ __address__: 'a:1', src: 'V-1', 'a-b': 'disc', 'V-1': 'template' }]);
});
