import { once } from 'node:events';
import { connect } from 'node:net';

/** A request as its bytes, without those of its body where that is sent later. */
export interface RawRequest {
  readonly head: string;
  readonly body?: string;
}

/** One connection to an HTTP server, on which requests are written in whatever way. */
export interface RawConnection {
  /** Writes all requests at once; resolves with the bodies of the answers, in their order. */
  pipeline(requests: readonly RawRequest[]): Promise<string[]>;
  /** Writes the head, waits until the server asks for the body, and writes that. */
  expectContinue(request: Required<RawRequest>): Promise<string>;
  /** Writes the request and closes the connection when the head of the answer has come. */
  abandon(request: RawRequest): Promise<void>;
  /** Writes what is no HTTP; resolves when the server has closed the connection. */
  offend(): Promise<void>;
  /** Ends the connection; resolves when it is closed. */
  end(): Promise<void>;
}

const HEAD_END = '\r\n\r\n';

export async function openConnection(port: number): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1');
  await once(socket, 'connect');
  let received = '';
  let heard = () => {};
  socket.on('data', (chunk) => {
    received += String(chunk);
    heard();
  });

  /** Resolves with what `take` finds in the received text, as soon as it finds something. */
  const take = (taker: (text: string) => { length: number; result: string } | undefined) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const taken = taker(received);
        if (taken === undefined) return;
        received = received.slice(taken.length);
        socket.off('close', closed);
        heard = () => {};
        resolve(taken.result);
      };
      const closed = () => reject(new Error(`the server closed the connection after ${JSON.stringify(received)}`));
      socket.once('close', closed);
      heard = look;
      look();
    });

  return {
    async pipeline(requests) {
      socket.write(requests.map(({ head, body = '' }) => head + body).join(''));
      const answers: string[] = [];
      while (answers.length < requests.length) answers.push(await take(answerAtStart));
      return answers;
    },
    async expectContinue({ head, body }) {
      socket.write(head);
      await take(headAtStart);
      socket.write(body);
      return take(answerAtStart);
    },
    async abandon({ head }) {
      socket.write(head);
      await take(headAtStart);
      const closed = once(socket, 'close');
      socket.destroy();
      await closed;
    },
    async offend() {
      const closed = once(socket, 'close');
      socket.write('no HTTP at all\r\n\r\n');
      await closed;
    },
    async end() {
      const closed = once(socket, 'close');
      socket.end();
      await closed;
    },
  };
}

function headAtStart(text: string) {
  const end = text.indexOf(HEAD_END);
  return end === -1 ? undefined : { length: end + HEAD_END.length, result: text.slice(0, end) };
}

function answerAtStart(text: string) {
  const head = headAtStart(text);
  if (head === undefined) return undefined;
  const length = head.length + Number(/^content-length: (\d+)/im.exec(head.result)?.[1]);
  return text.length < length ? undefined : { length, result: text.slice(head.length, length) };
}
