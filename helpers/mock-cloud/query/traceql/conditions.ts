import {
  type Attribute,
  type BinaryField,
  type BinaryOperator,
  type Field,
  isBooleanOperator,
  type Query,
  type Spansets,
  type UnaryField,
} from './expression.ts';
import { isTrue, type Static } from './static.ts';

/** What the storage pass reads: an attribute, and which of its values. `any` reads all, also that there is none. */
export type Condition = { readonly attribute: Attribute } & (
  | { readonly operator: 'any' | 'exists' | 'not exists' }
  | { readonly operator: BinaryOperator; readonly operand: Static }
);

/** Which relations between spans a query needs, besides the conditions. */
export type Relation = 'child' | 'descendant' | 'sibling';

/** What a query asks of the storage pass. */
export type FetchRequest = {
  readonly conditions: readonly Condition[];
  readonly relations: ReadonlySet<Relation>;
  /** Whether all spans are read, because a filter has no condition. */
  readonly allSpans: boolean;
  /** Whether a span must meet all conditions; otherwise, any. */
  readonly requiresAll: boolean;
  /** Attributes that are only shown. */
  readonly shown: readonly Attribute[];
};

/**
 * Finds what a query asks of the storage pass. As in Tempo, operators are taken over as they stand: `!(kind = client)` reads
 * spans with this kind only, `200 <= .a` those with `a <= 200`.
 */
export function findConditions(query: Query): FetchRequest {
  const conditions: Condition[] = [];
  const relations = new Set<Relation>();
  const shown: Attribute[] = [];
  let allSpans = false;
  let requiresAll = true;
  for (const stage of query) {
    if (stage.kind === 'select') shown.push(...stage.attributes);
    else if (stage.kind === 'aggregate') {
      requiresAll = false;
      if (stage.field !== undefined) addField(stage.field);
    } else addSpansets(stage);
  }
  return {
    conditions: requiresAll ? conditions : joinConditions(conditions, relations),
    relations,
    allSpans,
    requiresAll,
    shown,
  };

  function addSpansets(spansets: Spansets): void {
    if (spansets.kind === 'filter') {
      const { condition } = spansets;
      addField(condition);
      const hasNoCondition = condition.kind === 'static' && isTrue(condition.value);
      // Beside a structural operator Tempo takes the spans that have a place in the structure for all.
      if (hasNoCondition && relations.size === 0) allSpans = true;
      return;
    }
    requiresAll = false;
    const relation = RELATIONS[spansets.operator.replace(/^[!&](?=[<>~])/, '')];
    if (relation !== undefined) relations.add(relation);
    addSpansets(spansets.left);
    addSpansets(spansets.right);
  }

  function addField(field: Field): void {
    if (field.kind === 'attribute') conditions.push({ attribute: field, operator: 'any' });
    if (field.kind === 'unary') addUnary(field);
    if (field.kind === 'binary') addBinary(field);
  }

  function addUnary({ operator, operand }: UnaryField): void {
    const isExistence = operator === 'exists' || operator === 'not exists';
    if (operand.kind === 'attribute' && isExistence) conditions.push({ attribute: operand, operator });
    else addField(operand);
  }

  function addBinary({ operator, left, right }: BinaryField): void {
    if (left.kind === 'attribute' && right.kind === 'static') addComparison(left, operator, right.value);
    else if (left.kind === 'static' && right.kind === 'attribute') addComparison(right, operator, left.value);
    else {
      addField(left);
      addField(right);
      const isCombination = left.kind !== 'attribute' && left.kind !== 'static';
      if (isCombination && operator === '||') requiresAll = false;
    }
  }

  function addComparison(attribute: Attribute, operator: BinaryOperator, operand: Static): void {
    const isCondition = isBooleanOperator(operator) && operator !== '&&' && operator !== '||';
    conditions.push(isCondition ? { attribute, operator, operand } : { attribute, operator: 'any' });
  }
}

const RELATIONS: Readonly<Record<string, Relation>> = {
  '>': 'child',
  '<': 'child',
  '>>': 'descendant',
  '<<': 'descendant',
  '~': 'sibling',
};

/** Where one condition reads all values of an attribute, or two together do, the others of that attribute don't count. */
function joinConditions(conditions: readonly Condition[], relations: ReadonlySet<Relation>): Condition[] {
  const numbers = [...relations].flatMap((relation) => NUMBERS[relation]);
  const groups = Map.groupBy(conditions, ({ attribute }) => `${attribute.scope} ${attribute.name}`);
  return [...groups.values()].flatMap((held) => {
    const isRead = ({ attribute, operator }: Condition) => operator === 'any' || numbers.includes(attribute.name);
    const readsAll = held.some((a) => isRead(a) || held.some((b) => areOpposite(a, b)));
    const [first] = held;
    return readsAll && first !== undefined ? [{ attribute: first.attribute, operator: 'any' as const }] : held;
  });
}

/** The numbers of the nested set that each relation reads. */
const NUMBERS: Readonly<Record<Relation, readonly string[]>> = {
  child: ['nestedSetLeft', 'nestedSetParent'],
  descendant: ['nestedSetLeft', 'nestedSetRight'],
  sibling: ['nestedSetParent'],
};

function areOpposite(a: Condition, b: Condition): boolean {
  if (a.operator !== '=' || b.operator !== '!=') return false;
  const [left, right] = [a.operand, b.operand];
  return left.type === right.type && 'value' in left && 'value' in right && left.value === right.value;
}
