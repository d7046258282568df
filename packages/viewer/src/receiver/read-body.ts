import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';

/** Why a request is not taken. */
export interface Refusal {
  readonly status: number;
  /** The end of a sentence that begins with `the request`. */
  readonly problem: string;
}

/** Of a body, as it comes and inflated. */
const MAX_BYTES = 16 * 1024 * 1024;

const TOO_BIG: Refusal = { status: 413, problem: `is larger than ${MAX_BYTES} bytes` };
const DECODERS: Readonly<Record<string, (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>> = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
};

/**
 * Reads and inflates the body of a request, up to 16 MiB. What lies beyond is not kept.
 *
 * @throws when the client goes away before the body is complete
 */
export async function readBody(request: IncomingMessage): Promise<Buffer | Refusal> {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  const decode = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined;
  if (decode === undefined && encoding !== 'identity') {
    return { status: 400, problem: `has the unsupported content-encoding ${JSON.stringify(encoding)}` };
  }
  const body = await collect(request);
  if (body === undefined) return TOO_BIG;
  if (decode === undefined) return body;
  try {
    return await decode(body, { maxOutputLength: MAX_BYTES });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ERR_BUFFER_TOO_LARGE' ? TOO_BIG : { status: 400, problem: `is no valid ${encoding}: ${message}` };
  }
}

/** `undefined` for a body that is too big. */
async function collect(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length']) > MAX_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  // The connection must outlive the loop, or the client never sees why its request was refused.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
