import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';

/** Why a request is not taken. */
interface Refusal {
  readonly status: number;
  /** The end of a sentence that begins with `the request`. */
  readonly problem: string;
}

/** Reads and inflates the body of a request. Throws when the client goes away before the body is complete. */
export type ReadBody = (request: IncomingMessage) => Promise<Buffer | Refusal>;

/** Of a body, as it comes and inflated. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Of all bodies that are on their way, as they come. */
const MAX_WAITING_BYTES = 4 * MAX_BYTES;
/** Bodies that are inflated at a time: each may become a thousand times as big. */
const MAX_INFLATING = 2;

const TOO_BIG: Refusal = { status: 413, problem: `is larger than ${MAX_BYTES} bytes` };
const BUSY: Refusal = { status: 503, problem: 'came while too many others were in flight; send it again' };
const DECODERS: Readonly<Record<string, (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>> = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
};

/**
 * Makes a reader of bodies up to 16 MiB, which holds 64 MiB at most of all that come at once and inflates two of them at
 * a time. What lies beyond is refused, and not kept.
 */
export function createBodyReader(): ReadBody {
  const inflating = createTurns(MAX_INFLATING);
  let waitingBytes = 0;

  async function inflateBody(body: Buffer, encoding: string): Promise<Buffer | Refusal> {
    const decode = DECODERS[encoding];
    if (decode === undefined) return body;
    try {
      return await inflating(() => decode(body, { maxOutputLength: MAX_BYTES }));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      return code === 'ERR_BUFFER_TOO_LARGE'
        ? TOO_BIG
        : { status: 400, problem: `is not valid ${encoding}: ${message}` };
    }
  }

  return async (request) => {
    const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
    if (encoding !== 'identity' && !Object.hasOwn(DECODERS, encoding)) {
      return { status: 400, problem: `has the unsupported content-encoding ${JSON.stringify(encoding)}` };
    }
    if (Number(request.headers['content-length']) > MAX_BYTES) return TOO_BIG;
    let size = 0;
    try {
      const chunks: Buffer[] = [];
      // The connection must outlive the loop, or the client never sees why its request was refused.
      for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        size += chunk.length;
        waitingBytes += chunk.length;
        if (size > MAX_BYTES) return TOO_BIG;
        if (waitingBytes > MAX_WAITING_BYTES) return BUSY;
        chunks.push(chunk);
      }
      return await inflateBody(Buffer.concat(chunks), encoding);
    } finally {
      waitingBytes -= size;
    }
  };
}

/** Runs so many pieces of work at a time; the others wait in order. */
function createTurns(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = count;
  return async (work) => {
    if (free === 0) await new Promise<void>((resolve) => void waiting.push(resolve));
    else free -= 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
