// exec.ts ID COMMAND…: runs a command in a container, and ends with its output and its exit code: what `command` of an
// Alloy in a container is.

import Docker from 'dockerode';

const [, , id = '', ...command] = process.argv;
const docker = new Docker();
const exec = await docker.getContainer(id).exec({ Cmd: command, AttachStdout: true, AttachStderr: true });
const stream = await exec.start({});
docker.modem.demuxStream(stream, process.stdout, process.stderr);
await new Promise((resolve) => stream.once('end', resolve).once('close', resolve));
process.exitCode = (await exec.inspect()).ExitCode ?? 1;
