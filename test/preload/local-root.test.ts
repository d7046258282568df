import { runApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';

test.each([
  ['app.mjs', `import { createServer } from 'node:http'; import { localRoot, span } from '@clew/spans';`],
  ['app.cjs', `const { createServer } = require('node:http'); const { localRoot, span } = require('@clew/spans');`],
])('%s: localRoot() is the server span, however deep and whoever made the spans between', async (file, load) => {
  using folder = fixture({
    [file]: `${load}
      const server = createServer((request, response) => {
        if (request.url === '/inner') return response.end();
        span('outer', () => span('inner', async () => {
          await fetch('http://127.0.0.1:' + server.address().port + '/inner');
          localRoot().setAttribute('user.tier', 'gold');
        })).then(() => response.end());
      }).listen(0, '127.0.0.1', () => console.log('listening', server.address().port));`,
  });
  await using app = await runApp({ args: [file], cwd: folder.path });
  const [, port] = await app.untilStdout(/listening (\d+)/);

  await (await fetch(`http://127.0.0.1:${port}/orders`)).text();
  const spans = await app.waitForSpans(() => true, { count: 5 });

  const marked = spans.filter(({ attributes }) => attributes['user.tier'] === 'gold');
  expect(marked.map(({ kind, attributes }) => [kind, attributes['url.path']])).toEqual([[2, '/orders']]);
});
