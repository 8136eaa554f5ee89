/** Sets variables of this process, for a library that takes them from there and knows no other way. */
export function exportVariables(variables: Readonly<Record<string, string>>): void {
  Object.assign(process.env, variables);
}
