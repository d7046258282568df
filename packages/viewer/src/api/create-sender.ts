import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';

import type { Reply } from './reply.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

/** Sends a reply. */
export type SendReply = (request: IncomingMessage, response: ServerResponse, reply: Reply) => Promise<void>;

const COMPRESSED_FROM = 64 * 1024; // bytes
const MAX_COMPRESSING = 2;
const compress = promisify(gzip);

/**
 * Makes a sender of replies.
 *
 * @param isRemote whether who asks may sit elsewhere: large answers are then compressed for those who take it. On one
 * machine that takes longer than it saves.
 */
export function createSender(isRemote: boolean): SendReply {
  let compressing = 0;

  return async function sendReply(request, response, { status, contentType, body, headers }) {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const mayCompress = isRemote && bytes.byteLength >= COMPRESSED_FROM && acceptsGzip(request);
    const isCompressed = mayCompress && compressing < MAX_COMPRESSING;
    let content = bytes;
    if (isCompressed) {
      compressing += 1;
      try {
        content = await compress(bytes, { level: constants.Z_BEST_SPEED });
      } finally {
        compressing -= 1;
      }
    }
    response.writeHead(status, {
      ...SECURITY_HEADERS,
      'cache-control': 'no-store',
      ...headers,
      'content-type': contentType,
      'content-length': content.byteLength,
      ...(isRemote && { vary: 'accept-encoding' }),
      ...(isCompressed && { 'content-encoding': 'gzip' }),
    });
    response.end(request.method === 'HEAD' ? undefined : content);
  };
}

function acceptsGzip({ headers }: IncomingMessage): boolean {
  return /(?:^|[,\s])gzip(?!\s*;\s*q=0(?:\.0*)?(?:\s*,|\s*$))/i.test(headers['accept-encoding'] ?? '');
}
