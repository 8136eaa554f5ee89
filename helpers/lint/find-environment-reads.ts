import { parseSync, Visitor } from 'oxc-parser';

/** Functions of Node and vite that read a file of variables. */
const loaders = ['loadEnvFile', 'parseEnv', 'loadEnv'];
/** What the environment could be taken from unseen, as a value. */
const holders = ['process', 'globalThis', 'global'];
/** What of `process` holds the environment: a report has it too. */
const members = ['env', 'report'];
/** A path of the project's file of variables, and the options of Node that read such a file. */
const dotenv = /(^|[/=])\.env$|^--env-file/;

/**
 * The lines, counted from 1, in which this source takes the environment of its process: `env` of whatever it is a member or an
 * export of, `process` or the global object as a value, or a file of variables. Throws an `Error` with the parser's message for a file that it can't parse.
 */
export function findEnvironmentReads(path: string, source: string): readonly number[] {
  const { program, errors } = parseSync(path, source);
  const [error] = errors;
  if (error !== undefined) throw new Error(error.message);
  const lines = new Set<number>();
  const add = (offset: number) => void lines.add(source.slice(0, offset).split('\n').length);
  // Where a holder stands before a harmless member, or is the name of a member or a property.
  const harmless = new Set<number>();
  new Visitor({
    ImportSpecifier: ({ imported, start }) => {
      if (imported.type === 'Identifier' && imported.name === 'env') add(start);
    },
    ExportSpecifier: ({ local, start }) => {
      if (local.type === 'Identifier' && local.name === 'env') add(start);
    },
    ObjectPattern: ({ properties }) => {
      for (const one of properties) {
        if (one.type === 'Property' && one.key.type === 'Identifier' && one.key.name === 'env') add(one.start);
      }
    },
    MemberExpression: ({ object, property, computed, start }) => {
      const isGlobal = object.type === 'Identifier' && ['globalThis', 'global'].includes(object.name);
      const name = !computed && 'name' in property ? property.name : undefined;
      if (name === 'env' || (property.type === 'Literal' && property.value === 'env')) add(start);
      if (name !== undefined && !(isGlobal && name === 'process')) harmless.add(property.start);
      if (object.type === 'Identifier' && name !== undefined && !members.includes(name)) harmless.add(object.start);
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
