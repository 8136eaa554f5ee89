/**
 * A server of names that knows none, at the address that the argument tells, for a network with nothing beside it: a
 * container that asks for the name of one that has gone is told so at once, as it would be elsewhere, and does not wait.
 */
import { createSocket } from 'node:dgram';

const headerLength = 12;

const socket = createSocket('udp4');
socket.on('message', (query, { port, address }) => {
  if (query.length > headerLength) socket.send(answerTo(query), port, address);
});
socket.bind(53, process.argv[2]);

/** That there is no such name (RFC 1035, 4.1.1): the query's own header and question, as a response. */
function answerTo(query: Buffer): Buffer {
  let end = headerLength;
  for (let length = query[end]; length !== undefined && length > 0; length = query[end]) end += 1 + length;
  // The end of the name, its type and its class.
  const answer = Buffer.from(query.subarray(0, end + 5));
  // A response, recursion desired and available, no such name.
  answer.writeUInt16BE(0x8183, 2);
  // One question, and nothing beside it.
  answer.writeUInt16BE(1, 4);
  answer.fill(0, 6, headerLength);
  return answer;
}
