import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

import type { Listener } from './exchange.ts';

/** Opens a server on this machine only, at a port or at any, and closes it with its connections. */
export function loopbackPort(server: Server, closeConnections: () => void): Listener {
  return {
    async open(port) {
      await once(server.listen(port, '127.0.0.1'), 'listening');
      return (server.address() as AddressInfo).port;
    },
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      closeConnections();
      await closed;
    },
  };
}
