import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a server on which connections can be cut. */
export interface TcpProxy extends AsyncDisposable {
  /** The URL of the server, by way of the proxy. */
  readonly url: string;
  /** Cuts all connections there are, without a goodbye. */
  cut(): void;
  /** Cuts all connections and every new one, until connections are accepted again. */
  refuse(): void;
  accept(): void;
}

/** Starts a proxy on a loopback port. */
export async function startTcpProxy(serverUrl: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(serverUrl);
  const sockets = new Set<Socket>();
  let isRefusing = false;
  const server = createServer((client) => {
    if (isRefusing) return client.resetAndDestroy();
    const upstream = connect(Number(port), hostname);
    join(client, upstream);
    return join(upstream, client);
  });

  function join(from: Socket, to: Socket): void {
    sockets.add(from);
    from.setNoDelay(true).pipe(to);
    from.on('error', () => {}); // a cut is no error of ours
    from.once('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  }

  function cut(): void {
    for (const socket of sockets) socket.resetAndDestroy();
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(serverUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    cut,
    refuse() {
      isRefusing = true;
      cut();
    },
    accept() {
      isRefusing = false;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      cut();
      await once(server, 'close');
    },
  };
}
