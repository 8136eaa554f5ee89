import { globSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { Argument, CallExpression, Expression, SpreadElement } from 'oxc-parser';
import { parseSync, Visitor } from 'oxc-parser';
import { ROOT } from '../settings/settings.ts';
import { CannotRun } from './cannot-run.ts';
import { isPart, type Part, partsInOrder } from './part.ts';
import type { DeclaredCriterion, DeclaredPhase } from './phases.ts';

/** Every phase of the project, in order. Throws `CannotRun` as {@link readPhase} does, and where two files are one phase. */
export function readPhases(directory: string = join(ROOT, 'phases')): DeclaredPhase[] {
  const stray = globSync('**/*.{spec,test}.ts', { cwd: directory }).find(
    (file) => !/^phase\d+-[\w-]+\.spec\.ts$/.test(file),
  );
  if (stray !== undefined) refuse(join(directory, stray), 'its name is not such as phases/phase8-api-latency.spec.ts');
  const phases = globSync('phase*.spec.ts', { cwd: directory })
    .map((file) => readPhase(join(directory, file)))
    .sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
  for (const [index, { id, file }] of phases.entries()) {
    const before = phases[index - 1];
    if (before?.id === id) refuse(file, `${basename(before.file)} is ${id} too`);
  }
  return phases;
}

/**
 * Reads a phase from the source of its spec, which can't be imported outside of vitest: so set-up knows the needs, and the
 * verdict misses a criterion that never ran. Throws `CannotRun` where the declaration can't be read from there.
 */
export function readPhase(file: string): DeclaredPhase {
  const { program, errors } = parseSync(file, readFileSync(file, 'utf8'));
  if (errors[0] !== undefined) refuse(file, errors[0].message);
  const declarations: CallExpression[] = [];
  const calls: { readonly kind: CriterionKind; readonly call: CallExpression }[] = [];
  // Where the names of the declarations stand as they should, or are those of something else.
  const known = new Set<number>();
  const strangers: string[] = [];
  new Visitor({
    ImportSpecifier: ({ imported, local }) => {
      if (imported.type === 'Identifier' && imported.name === local.name) known.add(imported.start).add(local.start);
    },
    ImportDeclaration: ({ source, specifiers }) => {
      const isWhole = specifiers.some(({ type }) => type !== 'ImportSpecifier');
      if (source.value === 'vitest' || (isWhole && source.value.endsWith('/expect/criterion.ts'))) {
        refuse(
          file,
          `it imports ${isWhole ? 'all of ' : ''}${source.value}: name what it uses of helpers/expect/criterion.ts`,
        );
      }
    },
    ImportExpression: () => refuse(file, 'it imports something while it runs, which can hide a criterion'),
    MemberExpression: ({ property, computed }) => {
      if (!computed) known.add(property.start);
    },
    Property: ({ key, shorthand }) => {
      if (!shorthand) known.add(key.start);
    },
    Identifier: ({ name, start }) => {
      if ((name === 'phase' || isCriterionKind(name)) && !known.has(start)) strangers.push(name);
    },
    CallExpression: (call) => {
      if (call.callee.type !== 'Identifier') return;
      const { name } = call.callee;
      known.add(call.callee.start);
      if (name === 'phase') declarations.push(call);
      else if (isCriterionKind(name)) calls.push({ kind: name, call });
    },
  }).visit(program);
  if (strangers[0] !== undefined)
    refuse(file, `it does something else with ${strangers[0]} than to call it by that name`);
  const [declaration, ...others] = declarations;
  if (declaration === undefined || others.length > 0)
    refuse(file, `it declares ${declarations.length} phases, not one`);
  const [title, options] = declaration.arguments;
  const [, number, name = ''] = /^Phase (\d+): (.+)$/.exec(readText(title) ?? '') ?? [];
  if (number === undefined) refuse(file, "the title of its phase is not a text such as 'Phase 8: API latency'");
  const id = /^phase\d+/.exec(basename(file))?.[0];
  if (id !== `phase${number}`) refuse(file, `it declares Phase ${number}, which belongs in phase${number}-….spec.ts`);
  const criteria = calls.map(({ kind, call }) => readCriterion(file, number, kind, call));
  if (criteria.length === 0) refuse(file, 'it has no criterion');
  const ids = criteria.map((criterion) => criterion.id);
  const twice = ids.find((criterion, index) => ids.indexOf(criterion) !== index);
  if (twice !== undefined) refuse(file, `two of its criteria are ${twice}`);
  return { id, title: name, file, needs: readNeeds(file, options), criteria };
}

function readNeeds(file: string, options: Argument | undefined): Part[] {
  const properties = options?.type === 'ObjectExpression' ? options.properties : [];
  const values = properties.flatMap((property) =>
    property.type === 'Property' && property.key.type === 'Identifier' && property.key.name === 'needs'
      ? property.value
      : [],
  );
  const [list] = values;
  if (list?.type !== 'ArrayExpression') refuse(file, 'its phase has no list of needs, such as { needs: [] }');
  return list.elements.map((element) => {
    const name = readText(element);
    if (name === undefined) refuse(file, 'its needs are not all texts');
    if (!isPart(name)) refuse(file, `it needs '${name}', and the parts are ${partsInOrder.join(', ')}`);
    return name;
  });
}

const criterionKinds = ['test', 'observe', 'alone', 'outage'] as const;
type CriterionKind = (typeof criterionKinds)[number];

function isCriterionKind(name: string): name is CriterionKind {
  return criterionKinds.some((kind) => kind === name);
}

function readCriterion(file: string, phase: string, kind: CriterionKind, call: CallExpression): DeclaredCriterion {
  const text = readText(call.arguments[0]);
  const [, id, number, title = ''] = /^(P(\d+)\.\d+) (.+)$/.exec(text ?? '') ?? [];
  if (id === undefined || number !== phase) {
    const found = text === undefined ? '' : ` '${text}'`;
    refuse(file, `the name of a criterion${found} is not a text such as 'P${phase}.1 the API answers'`);
  }
  return { id, title, order: kind === 'outage' ? 'outages' : 'criteria' };
}

/** The value of a text without placeholders; undefined for anything else. */
function readText(node: Argument | Expression | SpreadElement | null | undefined): string | undefined {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0)
    return node.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}

function refuse(file: string, problem: string): never {
  throw new CannotRun(
    `${relative(ROOT, file)} can't be read as a phase: ${problem}.`,
    "declare it as phase('Phase 8: …', { needs: ['api'] }, () => { test('P8.1 …', …); }); .github/CONTRIBUTING.md has an example.",
  );
}
