/** What relabels the samples that pass a component. */
import type { Component } from './flow.ts';
import { listRules, type RelabelRule } from './relabel.ts';

/** Rules that samples pass together. */
export type RelabelStep = {
  readonly component: Component;
  readonly block: 'rule' | 'write_relabel_config';
  readonly rules: readonly RelabelRule[];
};

/** The rules of these components, in the order in which samples pass them. */
export function listSteps(components: readonly Component[]): RelabelStep[] {
  return components.flatMap((component): RelabelStep[] => [
    { component, block: 'rule', rules: listRules(component.settings) },
    {
      component,
      block: 'write_relabel_config',
      rules: listRules(findOnlyEndpoint(component), 'write_relabel_config'),
    },
  ]);
}

/** The endpoint of a remote write, unless a second one may take what it leaves out. */
function findOnlyEndpoint({ settings = [] }: Component): Component['settings'] {
  const [endpoint, ...others] = settings.filter(({ name }) => name === 'endpoint');
  return others.length === 0 ? endpoint?.body : undefined;
}
