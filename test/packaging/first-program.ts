import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import { ROOT } from '../support/workspace.ts';

/** The first program of the README with what the README says of it. */
export interface FirstProgram {
  /** The packages that it says to install. */
  readonly installed: readonly string[];
  /** Content of `app.mjs`, with a port that is free here. */
  readonly program: string;
  /** Arguments of `clew`, with a free port for the viewer. */
  readonly args: readonly string[];
  /** Output of the command, as `maskedLines`. */
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

export async function firstProgram(): Promise<FirstProgram> {
  const readme = readFileSync(`${ROOT}README.md`, 'utf8');
  const [, installed = ''] = /`npm install ([^`]+)`[^]*?```js\n/.exec(readme) ?? [];
  const [, program = '', command = '', output = ''] =
    /```js\n([^]*?)```\s+`OTEL_SERVICE_NAME=shop npx @clew\/cli ([^`]+)` prints\s+```\n([^]*?)```/.exec(readme) ?? [];
  const lines = output.split('\n');
  const isStdout = (line: string) => line.startsWith('{');
  return {
    installed: installed.split(' '),
    program: program.replaceAll('3000', String(await freePort())),
    args: command.replace(/^run /, 'run --port 0 ').split(' '),
    stdout: [...lines.filter(isStdout).map(masked), ''],
    stderr: lines.filter((line) => !isStdout(line)).map(masked),
  };
}

/**
 * Runs it and gives what it printed.
 *
 * @param clew path of the program `clew`
 * @param cwd the folder with `app.mjs`
 */
export async function runFirstProgram(clew: string, args: readonly string[], cwd: string) {
  const child = spawn(process.execPath, [clew, ...args], {
    cwd,
    env: { ...process.env, OTEL_SERVICE_NAME: 'shop' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { stdout: maskedLines(stdout), stderr: maskedLines(stderr) };
}

/** The lines without times, ids and ports. */
function maskedLines(output: string): string[] {
  return output.split('\n').map(masked);
}

function masked(line: string): string {
  return line
    .replaceAll(/[\da-f]{16,32}/g, '<id>')
    .replace(/ +[\d.]+(?:ms|µs|s)\b/g, ' <time>')
    .replaceAll(/ +[█▏▎▍▌▋▊▉▒]+/g, '')
    .replace(/[\da-f]{8}$/, '<id>')
    .replace(/127\.0\.0\.1:\d+/, '127.0.0.1:<port>');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
