import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';

import { cpuMicrosOf, residentMegabytesOf } from './process-usage.ts';

/** A receiver of OTLP in a process of its own. */
export interface ReceiverProcess extends AsyncDisposable {
  /** Milliseconds from its start to its first answer. */
  readonly readyMillis: number;
  /** Posts a request with spans in protobuf. @throws when it is not taken */
  post(body: Buffer, headers?: Readonly<Record<string, string>>): Promise<void>;
  cpuMicros(): number;
  residentMegabytes(): number;
}

const READY_TIMEOUT_MILLIS = 20_000;
const READY_POLL_MILLIS = 5; // processes of others give no event to wait for

/** @param argsFor arguments of Node for a receiver at these two free ports, of HTTP and of gRPC */
export async function startReceiverProcess(
  argsFor: (port: number, grpcPort: number) => readonly string[],
): Promise<ReceiverProcess> {
  const [port, grpcPort] = [await freePort(), await freePort()];
  const agent = new Agent({ keepAlive: true });
  const start = performance.now();
  const child = spawn(process.execPath, argsFor(port, grpcPort), { stdio: ['ignore', 'ignore', 'inherit'] });
  const { pid } = child;
  if (pid === undefined) throw new Error('the receiver did not start');
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`the receiver ended with ${child.exitCode}`);
    if (performance.now() - start > READY_TIMEOUT_MILLIS) throw new Error('the receiver did not get ready');
    await setTimeout(READY_POLL_MILLIS);
  }

  return {
    readyMillis: performance.now() - start,
    async post(body, headers) {
      const type = { 'content-type': 'application/x-protobuf', 'content-length': body.length, ...headers };
      const sent = request({ port, host: '127.0.0.1', path: '/v1/traces', method: 'POST', agent, headers: type });
      sent.end(body);
      const [response] = await once(sent, 'response');
      await once(response.resume(), 'end');
      if (response.statusCode !== 200) throw new Error(`the receiver answered ${response.statusCode}`);
    },
    cpuMicros: () => cpuMicrosOf(pid),
    residentMegabytes: () => residentMegabytesOf(pid),
    async [Symbol.asyncDispose]() {
      agent.destroy();
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function answers(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/healthz`)).ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
