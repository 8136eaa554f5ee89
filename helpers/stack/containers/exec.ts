// exec.ts ENGINE ID COMMAND…: runs a command as in a container of the engine at this address, and ends with its output and
// its exit code: what `command` of an Alloy in a container is. Where that one has ended, as over a configuration that is not
// valid, another container is created from its image for this command alone, with the same files and environment.

import { readEngineSettings } from '../../settings/settings.ts';
import { findContainerEngine } from '../../setup/container-engine.ts';

const [, , host = '', id = '', ...command] = process.argv;
const engine = await findContainerEngine({ ...readEngineSettings(), host });
if ('absent' in engine) throw new Error(engine.absent);
const { docker } = engine;
const container = docker.getContainer(id);
const { State, Config, HostConfig } = await container.inspect();
process.exitCode = State.Running ? await runInside() : await runApart();

async function runInside(): Promise<number> {
  const exec = await container.exec({ Cmd: command, AttachStdout: true, AttachStderr: true });
  await print(await exec.start({}));
  return (await exec.inspect()).ExitCode ?? 1;
}

async function runApart(): Promise<number> {
  const other = await docker.createContainer({
    Image: Config.Image,
    Entrypoint: command.slice(0, 1),
    Cmd: command.slice(1),
    Env: Config.Env,
    Labels: Config.Labels,
    HostConfig: { NetworkMode: 'none', ...(HostConfig.Binds && { Binds: HostConfig.Binds }) },
  });
  try {
    const stream = await other.attach({ stream: true, stdout: true, stderr: true });
    const printed = print(stream);
    await other.start();
    await printed;
    return (await other.wait()).StatusCode;
  } finally {
    await other.remove({ force: true, v: true });
  }
}

/** Prints what comes until there is no more (Docker Engine API, "Attach to a container", stream format). */
async function print(stream: NodeJS.ReadableStream): Promise<void> {
  docker.modem.demuxStream(stream, process.stdout, process.stderr);
  await new Promise((resolve) => stream.once('end', resolve).once('close', resolve));
}
