import { defineConfig } from 'rolldown';

// The preload as one file: reading and linking some 200 modules would cost more than running them. What keeps state
// that the application must share stays outside: the API, and the packages that hook `require` and `import`.
export default defineConfig({
  input: 'dist/preload.js',
  platform: 'node',
  external: [
    /^node:/,
    '@opentelemetry/api',
    '@opentelemetry/instrumentation',
    'import-in-the-middle',
    'require-in-the-middle',
  ],
  output: { file: 'dist/preload.cjs', format: 'cjs', codeSplitting: false, sourcemap: true },
});
