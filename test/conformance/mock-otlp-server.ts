import { createRequire } from 'node:module';
import { join } from 'node:path';

import { cachedInstall } from '../support/cached-install.ts';
import { npmInstall } from '../support/npm-install.ts';
import type { Message } from './spans-in.ts';

const NAME = '@elastic/mockotlpserver';
const VERSION = '0.10.0';

/** Elastic's OTLP receiver, listening on free ports of this machine. */
export interface MockOtlpServer extends AsyncDisposable {
  readonly httpUrl: string;
  readonly grpcUrl: string;
  /** The decoded requests for traces. */
  readonly requests: readonly Message[];
}

interface Implementation {
  readonly httpUrl: URL;
  readonly grpcUrl: URL;
  start(): Promise<void>;
  close(): Promise<void>;
}

type Constructor = new (options: object) => Implementation;

/** Path of the package, which also has the `.proto` files of OTLP. Installed once, beside the workspaces. */
export async function mockOtlpServerFolder(): Promise<string> {
  const folder = await cachedInstall(`mockotlpserver-${VERSION}`, (draft) => npmInstall(draft, `${NAME}@${VERSION}`));
  return join(folder, 'node_modules', NAME);
}

/** Starts the receiver for http/protobuf, http/json and grpc. */
export async function startMockOtlpServer(): Promise<MockOtlpServer> {
  const folder = await mockOtlpServerFolder();
  const { MockOtlpServer } = createRequire(import.meta.url)(folder) as { MockOtlpServer: Constructor };
  const requests: Message[] = [];
  const server = new MockOtlpServer({
    services: ['http', 'grpc'],
    logLevel: 'warn',
    httpHostname: '127.0.0.1',
    httpPort: 0,
    grpcHostname: '127.0.0.1',
    grpcPort: 0,
    onTrace: (request: Message) => void requests.push(request),
  });
  await server.start();
  return {
    httpUrl: server.httpUrl.href,
    grpcUrl: server.grpcUrl.href,
    requests,
    [Symbol.asyncDispose]: () => server.close(),
  };
}
