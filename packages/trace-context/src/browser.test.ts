import { createContext, runInContext } from 'node:vm';
import { fileURLToPath } from 'node:url';

import { rolldown } from 'rolldown';
import { expect, test } from 'vitest';

const ENTRY = fileURLToPath(new URL('../dist/index.js', import.meta.url));

/** Globals of browsers that the package uses; a vm context has the language alone. */
const WEB = { crypto, TextEncoder, TextDecoder };

async function bundle(program: string): Promise<string> {
  const build = await rolldown({
    input: 'program',
    platform: 'browser',
    logLevel: 'silent',
    plugins: [
      {
        name: 'program',
        resolveId: (id) => (id === 'program' ? id : id === '@clew/trace-context' ? ENTRY : undefined),
        load: (id) => (id === 'program' ? program : undefined),
      },
    ],
  });
  const { output } = await build.generate({ format: 'iife', name: 'bundled', minify: true });
  await build.close();
  expect(output).toHaveLength(1);
  expect(output[0].imports).toEqual([]);
  return output[0].code;
}

test('it runs where there is nothing of Node', async () => {
  const code = await bundle(`
    import { continueOrStart, headersFor, formatBaggage, parseBaggage } from '@clew/trace-context';
    export const headers = headersFor(continueOrStart({}));
    export const baggage = formatBaggage(parseBaggage('city=K%C3%B6ln'));
  `);

  const context = createContext({ ...WEB });
  runInContext(code, context);
  const { headers, baggage } = runInContext('bundled', context) as { headers: object; baggage: string };

  expect(headers).toMatchObject({ traceparent: expect.stringMatching(/^00-[\da-f]{32}-[\da-f]{16}-03$/) });
  expect(baggage).toBe('city=K%C3%B6ln');
});

test('it brings along only what is used', async () => {
  const whole = await bundle(`export * from '@clew/trace-context';`);
  const part = await bundle(`export { parseTraceparent } from '@clew/trace-context';`);

  expect(whole).toContain('baggage');
  expect(part).not.toContain('baggage');
  expect(part).not.toContain('getRandomValues');
  expect(part.length).toBeLessThan(1000);
});
