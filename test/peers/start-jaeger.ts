import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import type { Message } from '../conformance/spans-in.ts';

/** A Jaeger that listens on this machine only and keeps its traces in memory. */
export interface Jaeger extends AsyncDisposable {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly httpUrl: string;
  readonly grpcUrl: string;
  /** Asks its query API for a trace: OTLP again. */
  trace(traceId: string): Promise<Message>;
}

const START_TIMEOUT_MILLIS = 20_000;

/** Starts the binary on free ports. */
export async function startJaeger(binary: string): Promise<Jaeger> {
  const [otlpGrpc, otlpHttp, queryGrpc, queryHttp] = (await freePorts(4)) as [number, number, number, number];
  const folder = mkdtempSync(join(tmpdir(), 'clew-jaeger-'));
  const config = join(folder, 'jaeger.yaml');
  writeFileSync(config, configuration(otlpGrpc, otlpHttp, queryGrpc, queryHttp));
  const jaeger = spawn(binary, ['--config', config], { stdio: 'ignore' });
  const exited = once(jaeger, 'exit');
  const stop = async () => {
    jaeger.kill('SIGKILL'); // asked politely, it waits ten seconds for idle connections
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all([otlpGrpc, otlpHttp, queryHttp].map(untilListening));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    httpUrl: `http://127.0.0.1:${otlpHttp}`,
    grpcUrl: `http://127.0.0.1:${otlpGrpc}`,
    async trace(traceId) {
      const response = await fetch(`http://127.0.0.1:${queryHttp}/api/v3/traces/${traceId}`);
      if (!response.ok) throw new Error(`Jaeger answers ${response.status} for the trace ${traceId}`);
      const { result } = (await response.json()) as { result: Message };
      return result;
    },
    [Symbol.asyncDispose]: stop,
  };
}

function configuration(otlpGrpc: number, otlpHttp: number, queryGrpc: number, queryHttp: number): string {
  return `
service:
  extensions: [jaeger_storage, jaeger_query]
  pipelines:
    traces: { receivers: [otlp], exporters: [jaeger_storage_exporter] }
  telemetry:
    metrics: { level: none }
extensions:
  jaeger_storage:
    backends:
      mem: { memory: { max_traces: 10000 } }
  jaeger_query:
    storage: { traces: mem }
    http: { endpoint: 127.0.0.1:${queryHttp} }
    grpc: { endpoint: 127.0.0.1:${queryGrpc} }
receivers:
  otlp:
    protocols:
      grpc: { endpoint: 127.0.0.1:${otlpGrpc} }
      http: { endpoint: 127.0.0.1:${otlpHttp} }
exporters:
  jaeger_storage_exporter: { trace_storage: mem }
`;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** Resolves when somebody listens at the port of this machine. */
export async function untilListening(port: number): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MILLIS;
  while (!(await isListening(port))) {
    if (performance.now() > deadline) throw new Error(`nobody listens at port ${port}`);
    await setTimeout(50);
  }
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
