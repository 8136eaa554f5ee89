import { extname } from 'node:path';
import { type Argument, type Expression, parseSync, Visitor } from 'oxc-parser';

/** What a file imports, in whichever form. */
export type Import = {
  /** As written: `../otlp/ids.ts`, `node:fs`, `vitest`. Undefined for what can't be known: a computed one, `require`, `vm`. */
  readonly specifier: string | undefined;
  /** Counted from 1. */
  readonly line: number;
  /** Whether it imports only types, and so is gone at run time. */
  readonly isType: boolean;
};

/** Methods of `vi` and `process` that take the specifier of a module. */
const loaders = ['.importActual', '.importMock', '.mock', '.doMock', '.unmock', '.doUnmock', '.getBuiltinModule'];
/** Functions that import from somewhere else than the file, or more than one file. */
const opaque = ['require', '.require', '.createRequire', 'import.meta.glob'];
/** Loaders that nothing else is named like: as a variable, they could be called unseen. */
const unmistakable = ['importActual', 'importMock', 'doMock', 'doUnmock', 'getBuiltinModule', 'createRequire'];
/** Functions that run a text or a file as code, whatever they are a member of. */
const evaluators = ['eval', 'Function', '_load', '_compile'];
/** The module that runs a text as code, whatever of it is imported. */
const evaluator = /^(node:)?vm$/;
const reference = /^\/\s*<reference\s.*?\b(?<kind>path|types)\s*=\s*["'](?<name>[^"']+)/;
const jsdocImport = /(?:\bimport\([\s*]*|@import\b[^@'"]*)["']([^"']+)/g;

/** Every import of this source. Throws an `Error` with the parser's message for a file that it can't parse. */
export function readImports(path: string, source: string): readonly Import[] {
  const { program, comments, errors } = parseSync(path, source);
  const [error] = errors;
  if (error !== undefined) throw new Error(error.message);
  const imports: Import[] = [];
  const add = (specifier: string | undefined, offset: number, isType = false) => {
    const isOpaque = specifier !== undefined && evaluator.test(specifier);
    imports.push({
      specifier: isOpaque ? undefined : specifier,
      line: source.slice(0, offset).split('\n').length,
      isType,
    });
  };
  // Where these begin: methods that are called at once, and objects of which a member is taken.
  const called = new Set<number>();
  const objects = new Set<number>();
  // `import { type A }` isn't a type import: with `verbatimModuleSyntax` it still loads the file.
  new Visitor({
    ImportDeclaration: ({ source: from, start, importKind }) => add(from.value, start, importKind === 'type'),
    ExportNamedDeclaration: ({ source: from, start, exportKind }) => {
      if (from !== null) add(from.value, start, exportKind === 'type');
    },
    ExportAllDeclaration: ({ source: from, start, exportKind }) => add(from.value, start, exportKind === 'type'),
    ImportExpression: ({ source: from, start }) => add(readString(from), start),
    TSImportType: ({ source: from, start }) => add(from.value, start, true),
    TSModuleDeclaration: ({ id, kind, start }) => {
      if (id.type === 'Literal') add(id.value, start, true);
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
      // `fork` under another name would not be known for what it is.
      if (imported.name === 'fork' && local.name !== 'fork') add(undefined, imported.start);
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
    CallExpression: ({ callee, arguments: [first, second], start }) => {
      const name = readCallee(callee);
      if (callee.type === 'MemberExpression' && !evaluators.includes(name.slice(1))) called.add(callee.property.start);
      // A module for another process is imported by the path that is its first argument.
      if (/^\.?fork$/.test(name) && first !== undefined) add(readForkedFile(first), start);
      if (opaque.includes(name)) add(undefined, start);
      // `vi.mock(import('…'))` has an import of its own.
      if (loaders.includes(name) && first?.type !== 'ImportExpression') add(readString(first), start);
      if (/^\.?register$/.test(name) && isOwnUrl(second)) add(readString(first), start);
    },
    NewExpression: ({ callee, arguments: [first], start }) => {
      const name = readCallee(callee);
      if (/^\.?Worker$/.test(name)) add(readWorkerFile(first), start);
    },
  }).visit(program);
  for (const { value, start } of comments) {
    const { kind, name } = value.match(reference)?.groups ?? {};
    if (name !== undefined) add(kind === 'path' && !name.startsWith('.') ? `./${name}` : name, start, true);
    // JavaScript has its types in JSDoc comments.
    if (extname(path) === '.ts' || !value.startsWith('*')) continue;
    for (const match of value.matchAll(jsdocImport)) add(match[1], start + match.index, true);
  }
  return imports;
}

/** The value of a string literal, or of a template without expressions; undefined for what is computed. */
function readString(node: Argument | undefined): string | undefined {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type !== 'TemplateLiteral' || node.expressions.length > 0) return undefined;
  return node.quasis[0]?.value.cooked ?? undefined;
}

/** Whether this is `import.meta.url`. */
function isOwnUrl(node: Argument | undefined): boolean {
  return node?.type === 'MemberExpression' && readCallee(node) === 'import.meta.url';
}

/** The file of a worker: a string, or `new URL('…', import.meta.url)`. */
function readWorkerFile(node: Argument | undefined): string | undefined {
  if (node?.type !== 'NewExpression' || readCallee(node.callee) !== 'URL') return readString(node);
  const [path, base] = node.arguments;
  return isOwnUrl(base) ? readString(path) : undefined;
}

/** The file of `fork(fileURLToPath(new URL('…', import.meta.url)))`: any other path begins where the process was started. */
function readForkedFile(node: Argument): string | undefined {
  const isConverted = node.type === 'CallExpression' && readCallee(node.callee) === 'fileURLToPath';
  const url = isConverted ? node.arguments[0] : node;
  return url?.type === 'NewExpression' ? readWorkerFile(url) : undefined;
}

/** `require` for a function, `.mock` for a method, and `import.meta.glob`; empty for anything else. */
function readCallee(callee: Expression): string {
  if (callee.type === 'Identifier') return callee.name;
  if (callee.type !== 'MemberExpression') return '';
  const { object, property } = callee;
  const name = 'name' in property ? property.name : readString(property);
  return `${object.type === 'MetaProperty' ? 'import.meta' : ''}.${name}`;
}
