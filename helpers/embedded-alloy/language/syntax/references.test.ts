import { expect, test } from 'vitest';
import { parse } from './parse.ts';
import { findReferences } from './references.ts';
import { createSourceFile } from './source.ts';

function namesIn(expression: string): string[] {
  const { body } = parse(createSourceFile('case.alloy', `x = ${expression}\n`));
  return findReferences(body).map((reference) => reference.map(({ name }) => name).join('.'));
}

test('indexes and calls end a reference', () => {
  expect(namesIn('[a.b.c[0].d, f.g(h.i).j, -k, l + (m)]')).toEqual(['a.b.c', 'f.g', 'h.i.j', 'k', 'l', 'm']);
});

test('a field of an unnamed value is added to the last name, as in Alloy', () => {
  expect(namesIn('[a, {x = 1}.b, (c).d]')).toEqual(['a.b', 'c.d']);
});
