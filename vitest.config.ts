import { defineConfig } from 'vitest/config';

// Every workspace runs with this one configuration: `vitest run --config ../../vitest.config.ts --root .`
export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/.cache/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
