import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { describeError, guard, reportOnce, writeLine } from '@clew/diagnostics';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import type { Resource } from '@opentelemetry/resources';
import type { CollectionResult, IMetricReader } from '@opentelemetry/sdk-metrics';

import type { ResolvedOptions } from '../options/options.ts';

type Address = ResolvedOptions['prometheus'];

const PATH = '/metrics';
const REMEDY = 'ask for localhost, or set OTEL_EXPORTER_PROMETHEUS_HOST to that name';

/**
 * Serves `/metrics` at a host and port; a scrape waits until the resource is complete. While it listens on loopback, the
 * `Host` header must name loopback or the host of the options: a web page whose name was made to point here (DNS
 * rebinding) sends its own name. Elsewhere scrapers know the machine by any name, and all are answered.
 */
export class PrometheusReader extends PrometheusExporter {
  readonly #address: Address;
  readonly #resource: Resource;
  readonly #server: Server;

  constructor(address: Address, resource: Resource) {
    super({ preventServerStart: true }); // its own server asks for no host
    this.#address = address;
    this.#resource = resource;
    this.#server = createServer((request, response) => {
      guard('answering a scrape', undefined, () => this.#answer(request, response));
    });
    this.#server.on('error', (error) => {
      const where = `${address.host}, port ${address.port}`;
      writeLine(`cannot listen for Prometheus on ${where}: ${describeError(error)}; metrics are not served there`);
    });
    this.#server.listen({ host: address.host, port: address.port }).unref();
  }

  override async collect(options?: Parameters<IMetricReader['collect']>[0]): Promise<CollectionResult> {
    await this.#resource.waitForAsyncAttributes?.();
    return super.collect(options);
  }

  /** Resolves when the server listens. */
  override async startServer(): Promise<void> {
    if (!this.#server.listening) await once(this.#server, 'listening');
  }

  override async stopServer(): Promise<void> {
    await new Promise((resolve) => void this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    if (isOnLoopback(this.#server) && !isLoopbackHost(request.headers.host, this.#address.host)) {
      reportOnce('a foreign Host', `refused a scrape whose Host header names another machine; ${REMEDY}`);
      response
        .writeHead(403, { 'content-type': 'text/plain' })
        .end('this endpoint answers to the name localhost only\n');
    } else if (URL.parse(request.url ?? '', 'http://localhost')?.pathname === PATH) {
      this.getMetricsRequestHandler(request, response);
    } else {
      response.writeHead(404).end();
    }
  }
}

/** Tells whether the server can be reached from this machine only. */
function isOnLoopback(server: Server): boolean {
  const address = server.address();
  return typeof address === 'object' && address !== null && LOOPBACK.test(address.address);
}

/** 127.0.0.0/8 and ::1, as addresses and as host names of URLs. */
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1|\[::1\])$/;

/** Tells whether a `Host` header names loopback, or the host that the server was told to listen on. */
function isLoopbackHost(header: string | undefined, own: string): boolean {
  const url = URL.parse(`http://${header}`);
  if (header === undefined || url === null || url.username !== '' || url.pathname !== '/') return false;
  return url.hostname === 'localhost' || url.hostname === own.toLowerCase() || LOOPBACK.test(url.hostname);
}
