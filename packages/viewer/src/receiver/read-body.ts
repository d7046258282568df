import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';

/** Why a request is not taken. */
export interface Refusal {
  /** Status of HTTP; a protocol with statuses of its own has one with the same meaning. */
  readonly status: number;
  /** The end of a sentence that begins with `the request`. */
  readonly problem: string;
}

/** Reader of bodies that holds no more than it may, whatever comes at once. */
export interface BodyReader {
  /** Reads and inflates the body of a request. Throws when the client goes away before the body is complete. */
  read(request: IncomingMessage): Promise<Buffer | Refusal>;
  /** Reads a body from a stream and finishes it. Throws what the stream fails with. */
  collect(
    stream: AsyncIterable<Buffer>,
    finish: (body: Buffer) => Promise<Buffer | Refusal>,
  ): Promise<Buffer | Refusal>;
  /** Inflates a body, or returns it as it is for another encoding than gzip and deflate. */
  inflate(body: Buffer, encoding: string): Promise<Buffer | Refusal>;
}

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

/** Names of the encodings that `inflate` knows. */
export const ENCODINGS: readonly string[] = Object.keys(DECODERS);

/**
 * Makes a reader of bodies up to 16 MiB, which holds 64 MiB at most of all that come at once and inflates two of them at
 * a time. What lies beyond is refused, and not kept.
 */
export function createBodyReader(): BodyReader {
  const inflating = createTurns(MAX_INFLATING);
  let waitingBytes = 0;

  async function inflateBody(body: Buffer, encoding: string): Promise<Buffer | Refusal> {
    const decode = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined;
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

  const collect: BodyReader['collect'] = async (stream, finish) => {
    let size = 0;
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) {
        size += chunk.length;
        waitingBytes += chunk.length;
        if (size > MAX_BYTES) return TOO_BIG;
        if (waitingBytes > MAX_WAITING_BYTES) return BUSY;
        chunks.push(chunk);
      }
      return await finish(Buffer.concat(chunks));
    } finally {
      waitingBytes -= size;
    }
  };

  return {
    async read(request) {
      const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
      if (encoding !== 'identity' && !ENCODINGS.includes(encoding)) {
        return { status: 400, problem: `has the unsupported content-encoding ${JSON.stringify(encoding)}` };
      }
      if (Number(request.headers['content-length']) > MAX_BYTES) return TOO_BIG;
      // The connection must outlive the loop, or the client never sees why its request was refused.
      const stream = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
      return collect(stream, (body) => inflateBody(body, encoding));
    },
    collect,
    inflate: inflateBody,
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
