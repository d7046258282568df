import { defineConfig } from 'rolldown';

// The preload as one file: reading and linking some 200 modules would cost more than running them. What keeps state
// that the application must share stays outside: the API, and the packages that hook `require` and `import`.
const external = [
  /^node:/,
  '@opentelemetry/api',
  '@opentelemetry/instrumentation',
  'import-in-the-middle',
  'require-in-the-middle',
];

const bundle = (input, file) => ({
  input: `dist/${input}`,
  platform: 'node',
  external,
  output: { file: `dist/${file}`, format: 'cjs', codeSplitting: false, sourcemap: true },
});

export default defineConfig([
  bundle('preload.js', 'preload.cjs'),
  // Started at the end of a process that waits for it: one file comes up soonest.
  bundle('outbox/last-delivery-thread.js', 'last-delivery-thread.cjs'),
]);
