import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

import type { Refusals } from './create-refusals.ts';

/** Answers and records a connection on which no request could be read. A client that merely went away is not recorded. */
export function answerBrokenConnection(error: Error, socket: Duplex, refusals: Refusals): void {
  const broken = explained(error);
  if (broken !== undefined) refusals.addDelivery('', broken.status, broken.problem);
  const status = broken?.status ?? 400;
  if (!socket.writable) socket.destroy();
  else socket.end(headOf(status), () => socket.destroy());
}

function headOf(status: number): string {
  return [['HTTP/1.1', status, STATUS_CODES[status]].join(' '), 'connection: close', '', ''].join('\r\n');
}

interface Broken {
  readonly status: number;
  readonly problem: string;
}

const TLS_HANDSHAKE = 0x16; // the first byte that a client of TLS sends
const HTTP2_PREFACE = /^PRI \* HTTP\/2/;

/** @param error of the `clientError` event of `node:http` */
function explained(error: Error): Broken | undefined {
  const { code = '', rawPacket } = error as NodeJS.ErrnoException & { readonly rawPacket?: Buffer };
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return { status: 408, problem: 'the request did not come to its end in time' };
  if (code === 'HPE_HEADER_OVERFLOW') return { status: 431, problem: 'the headers of the request are too large' };
  if (!code.startsWith('HPE_') || code === 'HPE_INVALID_EOF_STATE') return undefined;
  if (rawPacket?.[0] === TLS_HANDSHAKE) {
    return { status: 400, problem: 'the connection began with TLS; send to http://, not https://' };
  }
  if (rawPacket !== undefined && HTTP2_PREFACE.test(rawPacket.toString('latin1'))) {
    return {
      status: 400,
      problem: 'the connection began with HTTP/2, as gRPC does; this port takes OTLP over HTTP/1.1',
    };
  }
  return { status: 400, problem: `the connection is not HTTP: ${error.message}` };
}
