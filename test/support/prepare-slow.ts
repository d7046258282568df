// Fetches what only the slow tests need, as `prepare.ts` does for the others.
import { installCatalogue, installOlderKafkajs, installOldestCatalogue } from '../harm/install-catalogue.ts';
import { prepareServices } from '../services/prepare-services.ts';
import { jestFolder } from './jest.ts';
import { nestjsBullmq } from './nestjs-bullmq.ts';
import { packageManagers } from './package-managers.ts';
import { TYPESCRIPT_VERSIONS, typescriptCompiler } from './typescript-compilers.ts';

await installCatalogue();
await installOldestCatalogue();
await installOlderKafkajs();
await jestFolder();
await nestjsBullmq();
await packageManagers();
await prepareServices();
for (const version of TYPESCRIPT_VERSIONS) await typescriptCompiler(version);
