// The CommonJS build of a package, run in its folder after `tsc -b`: beside each `dist/*.js` that its exports map
// reaches a `.cjs`, and beside each `.d.ts` a `.d.cts`. Jest and TypeScript's CommonJS projects load these; Node itself
// keeps one copy, the ES modules. With --no-maps without source maps, for a package that must be small.
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';

import { rolldown } from 'rolldown';

const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
const input = Object.values(exports).flatMap(({ 'module-sync': sync }) => sync?.default ?? []);

const withMaps = !process.argv.includes('--no-maps');
const bundle = await rolldown({
  input,
  platform: 'node',
  external: (id) => !/^[./]/.test(id),
  plugins: [
    {
      name: 'source-maps-of-tsc',
      load: (id) => ({ code: readFileSync(id, 'utf8'), map: withMaps ? mapOf(id) : null }),
    },
  ],
});
await bundle.write({
  dir: 'dist',
  format: 'cjs',
  esModule: true,
  strict: true, // as the ES modules are
  preserveModules: true,
  preserveModulesRoot: 'dist',
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name].cjs',
  sourcemap: withMaps,
});
await bundle.close();

for (const path of globSync('dist/**/*.d.ts')) {
  if (existsSync(path.replace('dist', 'src').replace(/\.d\.ts$/, '.cts'))) continue; // tsc has made it
  writeFileSync(path.replace(/\.ts$/, '.cts'), commonJsTypes(readFileSync(path, 'utf8')));
}

function mapOf(id) {
  return JSON.parse(readFileSync(`${id}.map`, 'utf8'));
}

/** The same declarations, which refer to their `.cjs` neighbours. */
function commonJsTypes(text) {
  return text
    .replace(/((?:\bfrom|\bimport) ?\(?['"]\.{1,2}\/[^'"]*)\.[jt]s(['"])/g, '$1.cjs$2')
    .replace(/\n?\/\/# sourceMappingURL=.*/, '\n');
}
