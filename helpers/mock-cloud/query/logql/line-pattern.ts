import { QueryError } from '../language/query-error.ts';

/**
 * Compiles the pattern of a line filter, such as `GET <_> 200`: `<_>` stands for any text, but not for none. Throws
 * {@link QueryError} for names, and for two captures in a row.
 */
export function compileLinePattern(pattern: string): (line: string) => boolean {
  const parts = pattern.split(/(<[a-zA-Z_]\w*>)/).filter((part) => part !== '');
  const isCapture = (part: string | undefined) => part !== undefined && /^<[a-zA-Z_]\w*>$/.test(part);
  if (parts.some((part) => isCapture(part) && part !== '<_>')) fail('named captures are not allowed');
  if (parts.some((part, index) => isCapture(part) && isCapture(parts[index + 1]))) {
    fail('found consecutive capture');
  }
  return (line) => {
    if (line === '' || parts.length === 0) return line === '' && parts.length === 0;
    let at = 0;
    for (const [index, part] of parts.entries()) {
      if (isCapture(part)) continue;
      const found = line.indexOf(part, at);
      if (found < 0 || (index > 0 && found === at)) return false;
      at = found + part.length;
    }
    return isCapture(parts.at(-1)) === (at !== line.length);
  };

  function fail(problem: string): never {
    throw new QueryError(`parse error : stage '|> ${JSON.stringify(pattern)}' : ${problem}`);
  }
}
