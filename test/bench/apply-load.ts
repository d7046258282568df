import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Requests to a server on this machine. */
export interface Load {
  readonly port: number;
  readonly path: string;
  readonly requests: number;
  /** Each sends its next request when the one before it is answered. */
  readonly connections: number;
  /** Sends no more of them in a second, all connections together. Default: as many as are answered. */
  readonly perSecond?: number;
}

const HEAD_END = '\r\n\r\n';
const LENGTH = /\r\ncontent-length: *(\d+)/i;

/**
 * Sends GET requests over keep-alive connections, without a client that costs more than the server. Rejects if an answer
 * is not a 200 with a content-length, or if a connection ends early.
 *
 * @returns how long each took, in milliseconds
 */
export async function applyLoad({ port, path, requests, connections, perSecond }: Load): Promise<number[]> {
  const request = `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`;
  const millis: number[] = [];
  let unsent = requests;
  const takeOne = () => unsent-- > 0;
  const start = performance.now();
  let begun = 0;
  const waitMillis = () => (perSecond === undefined ? 0 : start + (begun++ * 1000) / perSecond - performance.now());

  const sockets = Array.from({ length: Math.min(connections, requests) }, () => connect(port, '127.0.0.1'));
  try {
    await Promise.all(sockets.map((socket) => keepAsking(socket, { request, takeOne, waitMillis, millis })));
  } finally {
    sockets.forEach((socket) => socket.destroy());
  }
  return millis;
}

interface Asking {
  readonly request: string;
  /** False when all requests are taken. */
  readonly takeOne: () => boolean;
  /** Until the next request is due. */
  readonly waitMillis: () => number;
  readonly millis: number[];
}

async function keepAsking(socket: Socket, { request, takeOne, waitMillis, millis }: Asking): Promise<void> {
  await once(socket, 'connect');
  socket.setNoDelay();
  socket.setEncoding('latin1');
  await new Promise<void>((resolve, reject) => {
    let answer = '';
    let sentAt = 0;
    const send = () => {
      answer = '';
      sentAt = performance.now();
      socket.write(request);
    };
    const ask = () => {
      if (!takeOne()) return resolve();
      const millis = waitMillis();
      if (millis < 1) send();
      else setTimeout(send, millis);
    };
    socket.on('data', (chunk: string) => {
      answer += chunk;
      const state = stateOf(answer);
      if (state === 'partial') return;
      if (state === 'refused') return reject(new Error(`the server answered ${answer.slice(0, 500)}`));
      millis.push(performance.now() - sentAt);
      ask();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the server closed a connection')));
    ask();
  });
}

function stateOf(answer: string): 'partial' | 'complete' | 'refused' {
  const end = answer.indexOf(HEAD_END);
  if (end === -1) return 'partial';
  const head = answer.slice(0, end);
  const length = LENGTH.exec(head)?.[1];
  if (!head.startsWith('HTTP/1.1 200 ') || length === undefined) return 'refused';
  return answer.length < end + HEAD_END.length + Number(length) ? 'partial' : 'complete';
}
