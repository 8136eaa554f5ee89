import { extname, posix } from 'node:path';
import { type Argument, type Expression, type ModuleExportName, parseSync, Visitor } from 'oxc-parser';

/** What a file imports, in whichever form. */
export type Import = {
  /** As written: `../otlp/ids.ts`, `node:fs`, `vitest`. Undefined for what can't be known: a computed one, `require`, `fork`. */
  readonly specifier: string | undefined;
  /** Counted from 1. */
  readonly line: number;
  readonly kind: ImportKind;
};

/** The whole file, only its types, which are gone at run time, or only its path, from which it can be started as a program. */
export type ImportKind = 'file' | 'types' | 'path';

/** Methods of `vi` and `process` that take the specifier of a module. */
const loaders = ['.importActual', '.importMock', '.mock', '.doMock', '.unmock', '.doUnmock', '.getBuiltinModule'];
/** Functions that import from somewhere else than the file, or more than one file. */
const opaque = ['require', '.require', '.createRequire', 'import.meta.glob'];
/** Loaders that nothing else is named like: as a variable, they could be called unseen. */
const unmistakable = ['importActual', 'importMock', 'doMock', 'doUnmock', 'getBuiltinModule', 'createRequire'];
/** Functions that run a text or a file as code, whatever they are a member of. */
const evaluators = ['eval', 'Function', '_load', '_compile'];
/** Modules that load files or run texts as code, and what may be imported of them by name: all that does neither. */
const loading: Readonly<Record<string, readonly string[]>> = {
  'node:child_process': ['exec', 'execFile', 'execFileSync', 'execSync', 'spawn', 'spawnSync'],
  'node:cluster': [],
  'node:module': ['builtinModules', 'enableCompileCache', 'flushCompileCache', 'isBuiltin'],
  'node:repl': [],
  'node:test': [],
  'node:vm': [],
  'node:worker_threads': ['isMainThread', 'MessageChannel', 'MessagePort', 'parentPort', 'threadId', 'workerData'],
  'vitest/node': [],
};
const code = /\.(ts|mjs)$/;
const reference = /^\/\s*<reference\s.*?\b(?<kind>path|types)\s*=\s*["'](?<name>[^"']+)/;
const jsdocImport = /(?:\bimport\([\s*]*|@import\b[^@'"]*)["']([^"']+)/g;

/** Every import of this source. Throws an `Error` with the parser's message for a file that it can't parse. */
export function readImports(path: string, source: string): readonly Import[] {
  const { program, comments, errors } = parseSync(path, source);
  const [error] = errors;
  if (error !== undefined) throw new Error(error.message);
  const imports: Import[] = [];
  const add = (specifier: string | undefined, offset: number, kind: ImportKind = 'file') => {
    imports.push({ specifier, line: source.slice(0, offset).split('\n').length, kind });
  };
  // An import of a module as a whole, or of these names.
  const addModule = (specifier: string | undefined, offset: number, names?: readonly string[]) => {
    const harmless = specifier === undefined ? undefined : findHarmless(specifier);
    const isHidden = harmless !== undefined && !names?.every((name) => harmless.includes(name));
    add(isHidden ? undefined : specifier, offset);
  };
  // Whatever is done with the path of a source file, the file may be loaded or started.
  const addPath = (path: string | undefined, offset: number) =>
    add(path === undefined || /^(\.|\/|\w+:)/.test(path) ? path : `./${path}`, offset, 'path');
  const addUrl = (node: Argument | undefined, offset: number) => {
    if (node?.type !== 'Literal' && node?.type !== 'TemplateLiteral') addPath(undefined, offset);
    else if (endsAsCode(node)) addPath(readString(node), offset);
  };
  // Where these begin: methods that are called at once, and objects of which a member is taken.
  const called = new Set<number>();
  const objects = new Set<number>();
  // `import { type A }` isn't a type import: with `verbatimModuleSyntax` it still loads the file.
  new Visitor({
    ImportDeclaration: ({ source: from, start, importKind, specifiers }) => {
      if (importKind === 'type') return add(from.value, start, 'types');
      const names = specifiers.flatMap((one) => {
        if (one.type !== 'ImportSpecifier') return 'default';
        return one.importKind === 'type' ? [] : readName(one.imported);
      });
      addModule(from.value, start, names);
    },
    ExportNamedDeclaration: ({ source: from, start, exportKind, specifiers }) => {
      if (from === null) return;
      if (exportKind === 'type') return add(from.value, start, 'types');
      const values = specifiers.filter((one) => one.exportKind !== 'type');
      addModule(
        from.value,
        start,
        values.map(({ local }) => readName(local)),
      );
    },
    ExportAllDeclaration: ({ source: from, start, exportKind }) =>
      exportKind === 'type' ? add(from.value, start, 'types') : addModule(from.value, start),
    ImportExpression: ({ source: from, start }) => addModule(readString(from), start),
    TSImportType: ({ source: from, start }) => add(from.value, start, 'types'),
    TSModuleDeclaration: ({ id, kind, start }) => {
      if (id.type === 'Literal') add(id.value, start, 'types');
      // What is declared globally is known in every file, whatever that imports.
      if (kind === 'global') add(undefined, start);
    },
    TSExternalModuleReference: ({ start }) => add(undefined, start),
    Identifier: ({ name, start }) => {
      if (unmistakable.includes(name) && !called.has(start)) add(undefined, start);
      if (name === 'vi' && !objects.has(start)) add(undefined, start);
      if (evaluators.includes(name) && !called.has(start)) add(undefined, start);
    },
    ImportSpecifier: ({ imported, local }) => {
      if (imported.type !== 'Identifier') return;
      if (imported.name === 'vi' && local.name === 'vi') objects.add(local.start);
      // vitest exports `vi` under its own name too.
      if (imported.name === 'vitest') add(undefined, imported.start);
    },
    MemberExpression: (member) => {
      const { object, property, computed } = member;
      objects.add(object.start);
      const name = readCallee(member);
      const isUnmistakable = computed && [...unmistakable, ...evaluators].includes(name.slice(1));
      const isOfVitest = object.type === 'Identifier' && object.name === 'vi' && loaders.includes(name);
      if ((isUnmistakable || isOfVitest) && !called.has(property.start)) add(undefined, member.start);
    },
    CallExpression: ({ callee, arguments: [first, ...rest], start }) => {
      const name = readCallee(callee);
      if (callee.type === 'MemberExpression' && !evaluators.includes(name.slice(1))) called.add(callee.property.start);
      if (opaque.includes(name)) add(undefined, start);
      // `vi.mock(import('…'))` has an import of its own.
      if (loaders.includes(name) && first?.type !== 'ImportExpression') addModule(readString(first), start);
      if (name === 'import.meta.resolve') addUrl(first, start);
      if (/^\.?(join|resolve)$/.test(name) && isOwn(first, 'dirname') && endsAsCode(rest.at(-1))) {
        const parts = rest.map(readString);
        addPath(parts.every((part) => part !== undefined) ? posix.join(...parts) : undefined, start);
      }
    },
    NewExpression: ({ callee, arguments: [first, base], start }) => {
      if (readCallee(callee) === 'URL' && isOwn(base, 'url')) addUrl(first, start);
    },
  }).visit(program);
  for (const { value, start } of comments) {
    const { kind, name } = value.match(reference)?.groups ?? {};
    if (name !== undefined) add(kind === 'path' && !name.startsWith('.') ? `./${name}` : name, start, 'types');
    // JavaScript has its types in JSDoc comments.
    if (extname(path) === '.ts' || !value.startsWith('*')) continue;
    for (const match of value.matchAll(jsdocImport)) add(match[1], start + match.index, 'types');
  }
  return imports;
}

/** The value of a string literal, or of a template without expressions; undefined for what is computed. */
function readString(node: Argument | undefined): string | undefined {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type !== 'TemplateLiteral' || node.expressions.length > 0) return undefined;
  return node.quasis[0]?.value.cooked ?? undefined;
}

/** Whether this is `import.meta.url`, or another of the names that `import.meta` has. */
function isOwn(node: Argument | undefined, name: 'url' | 'dirname'): boolean {
  return node?.type === 'MemberExpression' && readCallee(node) === `import.meta.${name}`;
}

/** Whether this ends in the ending of a source file, whatever is before it. */
function endsAsCode(node: Argument | undefined): boolean {
  const end = node?.type === 'TemplateLiteral' ? node.quasis.at(-1)?.value.cooked : readString(node);
  return code.test(end ?? '');
}

/** What may be imported of a module that loads files; undefined for any other. */
function findHarmless(specifier: string): readonly string[] | undefined {
  return loading[specifier] ?? loading[`node:${specifier}`];
}

/** The name that a module exports something under. */
function readName(name: ModuleExportName): string {
  return name.type === 'Literal' ? name.value : name.name;
}

/** `require` for a function, `.mock` for a method, and `import.meta.glob`; empty for anything else. */
function readCallee(callee: Expression): string {
  if (callee.type === 'Identifier') return callee.name;
  if (callee.type !== 'MemberExpression') return '';
  const { object, property } = callee;
  const name = 'name' in property ? property.name : readString(property);
  return `${object.type === 'MetaProperty' ? 'import.meta' : ''}.${name}`;
}
