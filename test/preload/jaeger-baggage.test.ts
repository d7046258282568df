import { runApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';

test.each(['user name', 'a\r\nX: 1', 'ключ'])(
  'a baggage key %j that is no token ends no request, and is told',
  async (key) => {
    using folder = fixture({
      'app.mjs': `
      import http from 'node:http';
      import { once } from 'node:events';
      import { context, defaultTextMapGetter, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
      const server = http.createServer((request, response) => response.end(request.headers['uberctx-plan']));
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const url = 'http://127.0.0.1:' + server.address().port;
      const baggage = propagation.createBaggage({ [${JSON.stringify(key)}]: { value: 'x' }, plan: { value: 'pro' } });
      await context.with(propagation.setBaggage(ROOT_CONTEXT, baggage), async () => {
        console.log(await (await fetch(url)).text());
        const [response] = await once(http.get(url), 'response');
        console.log(await new Response(response).text());
      });
      server.close();
      server.closeAllConnections();`,
    });
    const env = { OTEL_PROPAGATORS: 'jaeger' };
    await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env });

    const exit = await app.exited;

    expect(exit).toEqual({ code: 0, signal: null });
    expect(app.stdout).toBe('pro\npro\n');
    expect(app.stderr).toMatch(/^clew: a baggage key cannot be part of the name of a header; left out \(jaeger\)\n/);
  },
);
