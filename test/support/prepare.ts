// Fetches what the tests need besides this repository's dependencies, once, into a cache that git ignores. It runs
// before them, so that no test waits for a download.
import { installCatalogue, installOlderRedis } from '../harm/install-catalogue.ts';
import { mockOtlpServerFolder } from '../conformance/mock-otlp-server.ts';
import { nodeBinary } from './node-binary.ts';
import { OLD_NODES, OLDEST_NODE } from './old-nodes.ts';
import { olderApi } from './older-api.ts';
import { TYPESCRIPT_VERSIONS, typescriptCompiler } from './typescript-compilers.ts';
import { typescriptLoadersFolder } from './typescript-loaders.ts';

await mockOtlpServerFolder();
await olderApi();
await installCatalogue();
await installOlderRedis();
await typescriptLoadersFolder();
for (const version of TYPESCRIPT_VERSIONS) await typescriptCompiler(version);
for (const version of [...OLD_NODES, OLDEST_NODE]) await nodeBinary(version);
