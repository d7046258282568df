import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { serverAttributes, serverFacts } from './server-attributes.ts';

test('what rules about the start of a trace are told of a request is what its span has', () => {
  const host = fc.oneof(fc.string(), fc.constantFrom('shop', 'shop:8080', '[::1]:80', 'a.example, b.example'));
  const url = fc.oneof(fc.string(), fc.constantFrom('/', '/a?b=c#d', '*', 'http://shop/a?b', '//a/b'));
  const headers = fc.dictionary(
    fc.constantFrom('host', 'forwarded', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-for'),
    fc.oneof(host, fc.constant('for=a;host=b;proto=https')),
  );
  const request = fc.record({ method: fc.constantFrom('GET', 'get', 'ODD', undefined), url, headers });
  fc.assert(
    fc.property(request, fc.constantFrom('http', 'https'), (given, scheme) => {
      using socket = disposable(new Socket());
      const message = Object.assign(new IncomingMessage(socket), given);

      const facts = serverFacts(message, scheme);

      expect(serverAttributes(message, scheme, [])).toMatchObject(facts);
      expect(Object.keys(facts).toSorted()).toEqual(
        Object.keys(serverAttributes(message, scheme, []))
          .filter((key) => ['http.request.method', 'url.path', 'server.address'].includes(key))
          .toSorted(),
      );
    }),
  );
});

const disposable = (socket: Socket): Socket & Disposable =>
  Object.assign(socket, { [Symbol.dispose]: () => void socket.destroy() });
