import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { cachedInstall } from '../support/cached-install.ts';

const VERSION = '0.160.0';
/** Version of the parts of the Collector that are stable. */
const STABLE = '1.66.0';
const BUILDER = 'go.opentelemetry.io/collector/cmd/builder@v0.152.0'; // later ones want modules that only their tests need
const CORE = 'go.opentelemetry.io/collector';
const CONTRIB = 'github.com/open-telemetry/opentelemetry-collector-contrib';
const BUILD_FLAGS = ['-mod=mod', '-trimpath', '-ldflags', '-s -w'];

const COMPONENTS = {
  receivers: [`${CORE}/receiver/otlpreceiver v${VERSION}`],
  processors: [
    `${CORE}/processor/batchprocessor v${VERSION}`,
    `${CORE}/processor/memorylimiterprocessor v${VERSION}`,
    `${CONTRIB}/processor/tailsamplingprocessor v${VERSION}`,
  ],
  exporters: [
    `${CORE}/exporter/otlphttpexporter v${VERSION}`,
    `${CONTRIB}/exporter/fileexporter v${VERSION}`,
    `${CONTRIB}/exporter/loadbalancingexporter v${VERSION}`,
  ],
  providers: ['envprovider', 'fileprovider'].map((name) => `${CORE}/confmap/provider/${name} v${STABLE}`),
};

const run = promisify(execFile);

/** Path of an OpenTelemetry Collector with what policies need. The first call builds it with the Go on the PATH. */
export async function buildCollector(): Promise<string> {
  const folder = await cachedInstall(`otelcol-${VERSION}`, async (draft) => {
    const source = join(draft, 'source');
    const manifest = join(draft, 'manifest.yaml');
    await writeFile(manifest, manifestOf(source));
    process.stderr.write(`clew repo: building the OpenTelemetry Collector ${VERSION}; this takes some minutes\n`);
    await run('go', ['install', BUILDER], { env: { ...process.env, GOBIN: draft } });
    await run(join(draft, 'builder'), ['--config', manifest, '--skip-get-modules', '--skip-compilation']);
    await run('go', ['build', ...BUILD_FLAGS, '-o', join(draft, 'otelcol'), '.'], { cwd: source });
    await rm(source, { recursive: true });
  });
  return join(folder, 'otelcol');
}

function manifestOf(source: string): string {
  const dist = `dist: { name: otelcol, version: ${VERSION}, output_path: ${JSON.stringify(source)} }`;
  const lists = Object.entries(COMPONENTS).map(([kind, modules]) =>
    [`${kind}:`, ...modules.map((module) => `  - gomod: ${module}`)].join('\n'),
  );
  return `${[dist, ...lists].join('\n')}\n`;
}
