import { extname } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';

/** What a file imports, in whichever form: `import`, `export … from`, `import()`, or a type's `import('…')`. */
export type Import = {
  /** As written: `../otlp/ids.ts`, `node:fs`, `vitest`. */
  readonly specifier: string;
  /** Counted from 1. */
  readonly line: number;
  /** Whether it imports only types, and so is gone at run time. */
  readonly isType: boolean;
  /** Whether it is a type's `import('…')`, which biome doesn't follow when it looks for cycles. */
  readonly isInline: boolean;
};

/** Every import of this source. Throws an `Error` with the parser's message for a file that it can't parse. */
export function readImports(path: string, source: string): readonly Import[] {
  const { program, comments, errors } = parseSync(path, source);
  const [error] = errors;
  if (error !== undefined) throw new Error(error.message);
  const imports: Import[] = [];
  const add = (specifier: unknown, offset: number, isType: boolean, isInline = false) => {
    if (typeof specifier !== 'string') return;
    imports.push({ specifier, line: source.slice(0, offset).split('\n').length, isType, isInline });
  };
  new Visitor({
    ImportDeclaration: ({ source: from, start, importKind, specifiers }) =>
      add(from.value, start, importKind === 'type' || areTypes(specifiers)),
    ExportNamedDeclaration: ({ source: from, start, exportKind, specifiers }) =>
      add(from?.value, start, exportKind === 'type' || areTypes(specifiers)),
    ExportAllDeclaration: ({ source: from, start, exportKind }) => add(from.value, start, exportKind === 'type'),
    ImportExpression: ({ source: from, start }) => add(from.type === 'Literal' && from.value, start, false),
    TSImportType: ({ source: from, start }) => add(from.value, start, true, true),
  }).visit(program);
  // JavaScript has its types in JSDoc comments.
  if (extname(path) !== '.ts') {
    for (const { value, start } of comments) {
      for (const match of value.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g))
        add(match[1], start + match.index, true);
    }
  }
  return imports;
}

function areTypes(specifiers: readonly object[]): boolean {
  const isType = (one: object) =>
    ('importKind' in one && one.importKind === 'type') || ('exportKind' in one && one.exportKind === 'type');
  return specifiers.length > 0 && specifiers.every(isType);
}
