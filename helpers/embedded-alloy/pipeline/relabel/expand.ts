import type { RE2JS } from 're2js';

/** `$1`, `${1}`, `$name`, `${name}` or `$$`: the name is as long as it can be (Go `regexp.Expand`). */
const REFERENCE = /\$(?:(\$)|([A-Za-z0-9_]+)|\{([A-Za-z0-9_]+)\})/g;

/**
 * `template` with the groups of `regex`'s match of `text` in place of its references, by Go's rules; a group that does not
 * exist or took no part is empty. Undefined when `regex` does not match.
 */
export function expandTemplate(template: string, regex: RE2JS, text: string): string | undefined {
  const matcher = regex.matcher(text);
  if (!matcher.find()) {
    return undefined;
  }
  const named: Readonly<Record<string, number>> = regex.namedGroups();
  return template.replace(REFERENCE, (_, dollar: string | undefined, plain?: string, braced?: string) => {
    const name = plain ?? braced ?? '';
    if (dollar !== undefined) {
      return '$';
    }
    const index = /^\d+$/.test(name) ? Number(name) : named[name];
    return index === undefined || index > matcher.groupCount() ? '' : (matcher.group(index) ?? '');
  });
}
