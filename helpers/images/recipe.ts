import { createHash } from 'node:crypto';
import type { Settings } from '../settings/settings.ts';
import { debianRecipe } from './debian.ts';
import { layerDigest } from './layer.ts';
import type { StandIn } from './stand-ins.ts';

/**
 * The digest of everything that the image is built from, in hexadecimal: Debian's packages, the files of `fixtures/images`,
 * the configuration, and for Node and Alloy the program. Throws `CannotRun` when the program doesn't exist.
 */
export async function computeRecipe(standIn: StandIn, settings: Settings): Promise<string> {
  return createHash('sha256')
    .update(JSON.stringify([debianRecipe(standIn.debian), standIn.configuration]))
    .update(await layerDigest(standIn.name, settings))
    .digest('hex');
}
