import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A shorter value is in too many words, and is no token. */
const MIN_SECRET = 8;
const REPLACEMENT = '(secret)';

/**
 * Replaces these secrets, in every form in which they travel, in all files of this directory. Returns the paths of the changed
 * files, from the directory: each of them is a fault of the program that wrote it.
 */
export function removeSecrets(directory: string, secrets: readonly string[]): string[] {
  const forms = secrets.flatMap(listForms).sort((one, other) => other.length - one.length);
  return listFiles(directory).filter((path) => {
    // Each byte is a character: no file is damaged, whatever its encoding.
    const before = readFileSync(join(directory, path), 'latin1');
    const after = forms.reduce((text, form) => text.replaceAll(form, REPLACEMENT), before);
    if (after === before) return false;
    writeFileSync(join(directory, path), after, 'latin1');
    return true;
  });
}

function listFiles(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => lstatSync(join(directory, path)).isFile())
    .sort();
}

/** A secret as it is, in URLs and in base64, alone or after a user name; of an access policy token its key as well. */
function listForms(secret: string): string[] {
  return [secret, readKey(secret)]
    .filter((text) => text !== undefined && text.length >= MIN_SECRET)
    .flatMap((text = '') => [text, encodeURIComponent(text), ...listBase64(text)])
    .filter((form) => form.length >= MIN_SECRET);
}

/** What base64 makes of a text wherever it begins in a group of three bytes, without the characters that its neighbours change. */
function listBase64(text: string): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
    const first = Math.ceil((offset * 8) / 6);
    const whole = bytes.toString('base64').slice(first, Math.floor((bytes.length * 8) / 6));
    return [whole, whole.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** The `k` of an access policy token: `glc_`, and in base64 a JSON object. */
function readKey(token: string): string | undefined {
  try {
    const { k } = JSON.parse(Buffer.from(token.replace(/^glc_/, ''), 'base64').toString());
    return typeof k === 'string' ? k : undefined;
  } catch {
    return undefined;
  }
}
