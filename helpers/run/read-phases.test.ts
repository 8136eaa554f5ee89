import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ROOT } from '../settings/settings.ts';
import { CannotRun } from './cannot-run.ts';
import type { Part } from './part.ts';
import { hasOrder, listParts } from './phases.ts';
import { readPhase, readPhases } from './read-phases.ts';

/** The rows of a guide: its criteria in plain words, without the code marks that Markdown needs. */
function readGuide(phase: string): { id: string; title: string }[] {
  const path = `grafana-alloy/TESTING_${phase.toUpperCase()}.md`;
  expect(existsSync(join(ROOT, path)), `${phase} has no guide: write ${path}, with a row for each criterion`).toBe(
    true,
  );
  const guide = readFileSync(join(ROOT, path), 'utf8');
  return [...guide.matchAll(/^\| (P\d+\.\d+) \| ([^|]+?) \|/gm)].map(([, id = '', title = '']) => ({
    id,
    title: title.replaceAll('`', ''),
  }));
}

const plain = (title: string) => title.replaceAll('’', "'");

const phases = readPhases();

describe('the guides and the specs are in step', () => {
  test.each(phases.map((phase) => [phase.id, phase] as const))(
    '%s: the same ids and titles, in the same order',
    (id, { criteria }) => {
      expect(criteria.length).toBeGreaterThan(0);
      expect(criteria.map((criterion) => ({ id: criterion.id, title: plain(criterion.title) }))).toEqual(readGuide(id));
    },
  );

  test('every test of a spec is one of its criteria', () => {
    for (const { file, criteria } of phases) {
      const calls = [...readFileSync(file, 'utf8').matchAll(/^\s*(?:test|observe|outage|alone)(?:\.\w+)*\(/gm)];
      expect(calls.length, file).toBe(criteria.length);
    }
  });

  test('the numbers of a phase run from 1 without a gap', () => {
    for (const { id, criteria } of phases) {
      expect(criteria.map((criterion) => criterion.id)).toEqual(
        criteria.map((_, index) => `P${id.replace('phase', '')}.${index + 1}`),
      );
    }
  });
});

test('every criterion that is declared as an outage belongs to the order of outages, and no other', () => {
  for (const phase of phases) {
    const outages = [...readFileSync(phase.file, 'utf8').matchAll(/^\s*outage\(\s*'(P\d+\.\d+) /gm)].map(
      ([, id]) => id,
    );
    const listed = phase.criteria.filter(({ order }) => order === 'outages').map(({ id }) => id);
    expect(listed).toEqual(outages);
    expect(hasOrder(phase, 'outages')).toBe(outages.length > 0);
    expect(hasOrder(phase, 'criteria')).toBe(outages.length < phase.criteria.length);
  }
});

test('a run of a phase needs what its parts need, Alloy and the mock cloud, and nothing else', () => {
  const parts = (needs: readonly Part[]) =>
    listParts([{ id: 'phase8', title: '', file: '', needs, criteria: [] }]).sort();
  expect(parts([])).toEqual(['alloy', 'mock-cloud']);
  expect(parts(['redis'])).toEqual(['alloy', 'mock-cloud', 'redis']);
  expect(parts(['api'])).toEqual(['alloy', 'api', 'mock-cloud', 'postgres', 'rabbitmq', 'redis']);
});

describe('a spec', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'phases-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));
  const write = (name: string, text: string) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const CRITERION = "test('P8.1 x', body);";
  const declareNumber = (number: number) =>
    `phase('Phase ${number}: x', { needs: [] }, () => { test('P${number}.1 x', body); });`;
  const declare = (needs: string, body = CRITERION) => `phase('Phase 8: more', { ${needs} }, () => { ${body} });`;

  test.each([
    ['on one line', "{ needs: ['api', 'redis'] }"],
    ['on several', "{\n    needs: [\n      'api',\n      'redis',\n    ],\n  }"],
    ['beside comments that name others', "{ needs: ['api', /* 'bot', */ 'redis' /* and no 'rabbitmq' */] }"],
    ['after another option', "{ inOrder: true, needs: ['api', 'redis'] }"],
    ['in double quotes', '{ needs: ["api", "redis"] }'],
  ])('declares what it needs %s', (_, options) => {
    const file = write(
      'phase8-more.spec.ts',
      `phase(\n  'Phase 8: more',\n  ${options},\n  () => { ${CRITERION} },\n);`,
    );
    expect(readPhase(file)).toMatchObject({ id: 'phase8', title: 'more', needs: ['api', 'redis'] });
  });

  test('may use the names of the declarations for what they do not declare', () => {
    const body = "test('P8.1 x', async () => { made.test(1); const made = { test: 2, phase: 3 }; });";
    const imports = "import { phase, test } from '../helpers/expect/criterion.ts';";
    expect(readPhase(write('phase8-more.spec.ts', imports + declare('needs: []', body))).criteria).toHaveLength(1);
  });

  test('declares its criteria in any quotes, and none in a comment', () => {
    const body = `
      test("P8.1 the API's metrics arrive", async () => {});
      test(\`P8.2 "quoted"\`, async () => {});
      // test('P8.3 later', async () => {});
      outage(
        'P8.4 away',
        async () => {},
      );`;
    expect(readPhase(write('phase8-more.spec.ts', declare('needs: []', body))).criteria).toEqual([
      { id: 'P8.1', title: "the API's metrics arrive", order: 'criteria' },
      { id: 'P8.2', title: '"quoted"', order: 'criteria' },
      { id: 'P8.4', title: 'away', order: 'outages' },
    ]);
  });

  test.each([
    ['no phase', "describe('Phase 8: x', () => {});", 'it declares 0 phases, not one'],
    ['two phases', `${declare('needs: []')} ${declare('needs: []')}`, 'it declares 2 phases, not one'],
    [
      'another number',
      "phase('Phase 9: x', { needs: [] }, () => {});",
      'it declares Phase 9, which belongs in phase9-',
    ],
    ['a computed title', 'phase(title, { needs: [] }, () => {});', 'the title of its phase is not a text'],
    ['no needs', declare('inOrder: true'), 'its phase has no list of needs'],
    ['needs from elsewhere', declare('needs'), 'its phase has no list of needs'],
    ['a part that is not one', declare("needs: ['reddis']"), "it needs 'reddis', and the parts are api, "],
    ['a computed criterion', declare('needs: []', 'test(name, body);'), 'the name of a criterion is not a text'],
    ['a criterion of another phase', declare('needs: []', "test('P7.1 x', body);"), "the name of a criterion 'P7.1 x'"],
    [
      'a criterion twice',
      declare('needs: []', "test('P8.1 x', b); test('P8.1 y', b);"),
      'two of its criteria are P8.1',
    ],
    [
      'a criterion under another name',
      `import { phase, test as check } from '../helpers/expect/criterion.ts'; ${declare('needs: []', "check('P8.1 x', b);")}`,
      'it does something else with test than to call it by that name',
    ],
    [
      'test as a value',
      `const check = test; ${declare('needs: []')}`,
      'it does something else with test than to call it',
    ],
    [
      'criteria by the name of a namespace',
      `import * as C from '../helpers/expect/criterion.ts'; ${declare('needs: []')}`,
      'it imports all of ../helpers/expect/criterion.ts',
    ],
    [
      'a test of vitest',
      `import { vi } from 'vitest'; ${declare('needs: []')}`,
      'it imports vitest: name what it uses',
    ],
    ['an import while it runs', declare('needs: []', "void import('./x.ts');"), 'it imports something while it runs'],
    ['a method of test', declare('needs: []', "test.skip('P8.1 x', b);"), 'it does something else with test than to'],
    [
      'outage as an argument',
      declare('needs: []', 'each(outage);'),
      'it does something else with outage than to call it',
    ],
    ['no criterion', "phase('Phase 8: x', { needs: [] }, () => {});", 'it has no criterion'],
    ['source that is no TypeScript', 'phase(', "can't be read as a phase: "],
  ])('with %s is refused, with what is wrong', (_, text, problem) => {
    const file = write('phase8-more.spec.ts', text);
    expect(() => readPhase(file)).toThrow(CannotRun);
    expect(() => readPhase(file)).toThrow(problem);
  });

  test('is one of the phases in the order of their numbers, and the only one of its number', () => {
    for (const number of [10, 9, 1]) {
      write(`phase${number}-x.spec.ts`, declareNumber(number));
    }
    expect(readPhases(directory).map(({ id }) => id)).toEqual(['phase1', 'phase9', 'phase10']);
    write('phase9-y.spec.ts', declareNumber(9));
    expect(() => readPhases(directory)).toThrow('phase9-x.spec.ts is phase9 too');
  });

  test.each(['latency.spec.ts', 'phase8.test.ts', 'phases8-x.spec.ts', 'phase8.spec.ts', 'more/phase8-x.spec.ts'])(
    'is refused under a name that no run would find: %s',
    (name) => {
      mkdirSync(join(directory, 'more'), { recursive: true });
      write(name, '');
      expect(() => readPhases(directory)).toThrow('its name is not such as phases/phase8-api-latency.spec.ts');
    },
  );
});
