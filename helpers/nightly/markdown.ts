const MAX_TEXT = 2000;
/** What has a meaning in GitHub's Markdown; `&` begins an entity and `$` a formula. */
const SPECIAL = /[\\`*_{}[\]<>|~&$]/g;
/** Where a text would mention a person or refer to an issue. */
const REFERENCE = /[@#](?=\w)/g;

/**
 * A text as GitHub's Markdown shows it literally, in one line of a document: it formats nothing, mentions nobody and links
 * nothing but addresses. Causes and fixes quote answers of other programs.
 */
export function escapeMarkdown(text: string): string {
  const short = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)} …` : text;
  return short.trim().replace(SPECIAL, '\\$&').replace(REFERENCE, '$&&#8203;').replace(/\r?\n/g, '<br>');
}

/** A text as a block that GitHub shows as it is, whatever fences are in it. */
export function formatBlock(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([fence]) => fence.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

/** A table, from cells that are Markdown already. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
