// Serves the page, and queues the invitations that it sends. The preload continues the trace of each request.
import { readFile } from 'node:fs/promises';

import Fastify from 'fastify';
import { pino } from 'pino';

import { bundlePageScript } from './bundle-page-script.ts';
import { type Invitation, openInvitationQueue } from './invitation-queue.ts';

const { OTEL_EXPORTER_OTLP_ENDPOINT: collector = 'http://localhost:4318' } = process.env;
const INVITATION_SCHEMA = {
  type: 'object',
  required: ['email'],
  properties: { email: { type: 'string', format: 'email' } },
};

const page = await readFile(new URL('../browser/page.html', import.meta.url), 'utf8');
const script = await bundlePageScript();
const invitations = openInvitationQueue();
const log = pino({ name: 'api' });
const api = Fastify();

invitations.on('error', (error) => log.error(error));

api.get('/', (_, reply) => reply.type('text/html').send(page.replace('%COLLECTOR%', collector)));
api.get('/page.js', (_, reply) => reply.type('text/javascript').send(script));

api.post<{ Body: Invitation }>('/invitations', { schema: { body: INVITATION_SCHEMA } }, async ({ body }, reply) => {
  await invitations.add('invite', body);
  log.info('invitation queued');
  return reply.code(202).send({ invited: body.email });
});

await invitations.waitUntilReady();
const url = await api.listen({ host: '127.0.0.1', port: 0 });
process.send?.({ url });
