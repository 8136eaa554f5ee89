import { parseSync, Visitor } from 'oxc-parser';

/** Functions of Node that read a file of variables. */
const loaders = ['loadEnvFile', 'parseEnv'];
/** What the environment could be taken from unseen, as a value. */
const holders = ['process', 'globalThis', 'global'];
/** A path of the project's file of variables. */
const dotenv = /(^|\/)\.env$/;

/**
 * The lines, counted from 1, in which this source takes the environment of its process: `process.env`, `process` or the global
 * object as a value, or a file of variables. Throws an `Error` with the parser's message for a file that it can't parse.
 */
export function findEnvironmentReads(path: string, source: string): readonly number[] {
  const { program, errors } = parseSync(path, source);
  const [error] = errors;
  if (error !== undefined) throw new Error(error.message);
  const lines = new Set<number>();
  const add = (offset: number) => void lines.add(source.slice(0, offset).split('\n').length);
  // Where a holder stands before a member other than `env`, or is the name of a member or a property.
  const harmless = new Set<number>();
  new Visitor({
    ImportDeclaration: ({ source: from, specifiers, importKind }) => {
      if (importKind === 'type' || !/^(node:)?process$/.test(from.value)) return;
      for (const specifier of specifiers) {
        const name =
          specifier.type === 'ImportSpecifier' && 'name' in specifier.imported ? specifier.imported.name : 'env';
        if (name === 'env' || name === 'default') add(specifier.start);
      }
    },
    MemberExpression: ({ object, property, computed }) => {
      const isGlobal = object.type === 'Identifier' && ['globalThis', 'global'].includes(object.name);
      const name = !computed && 'name' in property ? property.name : undefined;
      if (name !== undefined && !(isGlobal && name === 'process')) harmless.add(property.start);
      if (object.type === 'Identifier' && name !== undefined && name !== 'env') harmless.add(object.start);
    },
    Property: ({ key, shorthand }) => {
      if (!shorthand) harmless.add(key.start);
    },
    TSModuleDeclaration: ({ id }) => void harmless.add(id.start),
    TSTypeQuery: ({ exprName }) => void harmless.add(exprName.start),
    Identifier: ({ name, start }) => {
      if ((holders.includes(name) && !harmless.has(start)) || loaders.includes(name)) add(start);
    },
    Literal: ({ value, start }) => {
      if (typeof value === 'string' && dotenv.test(value)) add(start);
    },
    TemplateElement: ({ value: { cooked }, start }) => {
      if (dotenv.test(cooked ?? '')) add(start);
    },
  }).visit(program);
  return [...lines];
}
