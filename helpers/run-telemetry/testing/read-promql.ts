import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** The metrics and labels that a PromQL expression names. */
export type PromqlNames = { readonly metrics: readonly string[]; readonly labels: readonly string[] };

/** Reads the names in an expression with Prometheus's own grammar. Throws where it is not valid. */
export function readPromqlNames(expression: string): PromqlNames {
  const metrics: string[] = [];
  const labels: string[] = [];
  const getText = ({ from, to }: Pick<SyntaxNode, 'from' | 'to'>) => expression.slice(from, to);
  parser.parse(expression).iterate({
    enter(node) {
      if (node.type.isError) throw new Error(`${expression} is not valid at ${node.from}`);
      if (node.name === 'VectorSelector' && node.node.getChild('Identifier') !== null) {
        metrics.push(getText(node.node.getChild('Identifier') ?? node));
      }
      if (node.name === 'LabelName') labels.push(getText(node));
    },
  });
  return { metrics, labels };
}
