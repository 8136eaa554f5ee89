/**
 * A program that keeps one thing of the machine busy, `cpu`, `memory` or `disk`, until whoever started it is gone. What it has on
 * disk is deleted before it is written: nothing is left, however this ends.
 */
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';

const MEBIBYTE = 1024 * 1024;
/** Work comes in slices, so that the end is noticed in between. */
const SLICE_MS = 50;
const MAX_MEMORY = 1024 * MEBIBYTE;
const FILE_MEBIBYTES = 256;

const KINDS: Readonly<Record<string, () => () => void>> = { cpu: stressCpu, memory: stressMemory, disk: stressDisk };

process.on('disconnect', () => process.exit(0));
const [, , kind = ''] = process.argv;
const work = KINDS[kind]?.();
if (work === undefined) throw new TypeError(`no kind of stress is called ${kind}`);
process.send?.('ready');
repeat();

function repeat(): void {
  work?.();
  setImmediate(repeat);
}

function stressCpu(): () => void {
  return () => {
    const end = performance.now() + SLICE_MS;
    let sum = 0;
    while (performance.now() < end) for (let n = 0; n < 10_000; n++) sum += Math.sqrt(n);
    if (sum < 0) throw new RangeError('no sum of square roots is negative');
  };
}

/** Holds a quarter of what is free, and writes all of it over and over. */
function stressMemory(): () => void {
  const size = Math.min(MAX_MEMORY, Math.floor(freemem() / 4));
  const held = Array.from({ length: Math.max(1, Math.floor(size / MEBIBYTE)) }, () => Buffer.alloc(MEBIBYTE, 1));
  let round = 0;
  return () => {
    const end = performance.now() + SLICE_MS;
    while (performance.now() < end) held[round++ % held.length]?.fill(round & 0xff);
  };
}

/** Writes a file over and over, and waits for the disk each time. */
function stressDisk(): () => void {
  const directory = mkdtempSync(join(tmpdir(), 'alloy-verify-stress-'));
  const file = openSync(join(directory, 'file'), 'w');
  rmSync(directory, { recursive: true });
  process.on('exit', () => closeSync(file));
  const block = Buffer.alloc(MEBIBYTE, 1);
  let position = 0;
  return () => {
    writeSync(file, block, 0, MEBIBYTE, position);
    position = (position + MEBIBYTE) % (FILE_MEBIBYTES * MEBIBYTE);
    if (position % (16 * MEBIBYTE) === 0) fsyncSync(file);
  };
}
