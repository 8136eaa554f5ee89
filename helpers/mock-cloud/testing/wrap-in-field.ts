/** Wraps bytes in a length-delimited protobuf field. */
export function wrapInField(field: number, inside: Uint8Array): Buffer {
  const length: number[] = [];
  let rest = inside.length;
  for (; rest > 0x7f; rest >>>= 7) length.push((rest & 0x7f) | 0x80);
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...length, rest]), inside]);
}
