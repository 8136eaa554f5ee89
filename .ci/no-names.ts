/**
 * A DNS server for an isolated network, at the address in the argument. It answers every query with "no such name", so that
 * a container that asks for one that has gone gets its answer at once instead of waiting for a timeout.
 */
import { createSocket } from 'node:dgram';

const headerLength = 12;

const socket = createSocket('udp4');
socket.on('message', (query, { port, address }) => {
  if (query.length > headerLength) socket.send(refuseName(query), port, address);
});
socket.bind(53, process.argv[2]);

/** The response "no such name" (RFC 1035, 4.1.1), with the header and the question of the query. */
function refuseName(query: Buffer): Buffer {
  let end = headerLength;
  for (let length = query[end]; length !== undefined && length > 0; length = query[end]) end += 1 + length;
  // The zero that ends the name, its type and its class.
  const answer = Buffer.from(query.subarray(0, end + 5));
  // A response, recursion desired and available, no such name.
  answer.writeUInt16BE(0x8183, 2);
  // One question and no records.
  answer.writeUInt16BE(1, 4);
  answer.fill(0, 6, headerLength);
  return answer;
}
