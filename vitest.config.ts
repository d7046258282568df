import type { Reporter } from 'vitest/node';
import { defineConfig } from 'vitest/config';

const SLOW = '**/*.slow.test.ts'; // minutes, not seconds: a step of their own, `npm run test:slow`
const isSlow = process.env['CLEW_TEST_SLOW'] !== undefined;

/** Names each file before it runs, so that the output of a run that hangs ends with the name of what hung. */
const beginnings: Reporter = {
  onTestModuleStart({ relativeModuleId }) {
    process.stdout.write(` … ${relativeModuleId}\n`);
  },
};

// Every workspace runs with this one configuration: `vitest run --config ../../vitest.config.ts --root .`
export default defineConfig({
  test: {
    ...(isSlow && { reporters: ['default', beginnings] }),
    include: [isSlow ? SLOW : '**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/.cache/**', ...(isSlow ? [] : [SLOW])],
    taskTitleValueFormatTruncate: 0, // the names of cases are sentences
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
