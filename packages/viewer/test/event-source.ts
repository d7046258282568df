import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';

/** An event as a browser would have got it. */
export interface ServerEvent {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

/** A connection to a stream of server-sent events. */
export interface EventConnection {
  readonly request: ClientRequest;
  readonly response: IncomingMessage;
  /** The next event of that name; others before it are skipped. */
  next(event: string): Promise<ServerEvent>;
  [Symbol.dispose](): void;
}

/** Connects to a stream as a browser does, and reads its events one after the other. */
export async function connectEvents(url: string, lastEventId?: string): Promise<EventConnection> {
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const asked = request(url, { headers }).end();
  asked.on('error', () => undefined);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.on('error', () => undefined);
  const events = eventsOf(response);
  return {
    request: asked,
    response,
    async next(wanted) {
      for (;;) {
        const { value, done } = await events.next();
        if (done === true) throw new Error(`the stream ended before an event ${wanted}`);
        if (value.event === wanted) return value;
      }
    },
    [Symbol.dispose]: () => void asked.destroy(),
  };
}

/** Reads no further than it is asked to: a browser that sleeps. */
async function* eventsOf(response: IncomingMessage): AsyncGenerator<ServerEvent, undefined> {
  let rest = '';
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map(fieldOf));
      const data = fields.get('data');
      if (data !== undefined) yield { event: fields.get('event') ?? 'message', id: fields.get('id') ?? '', data };
    }
  }
  return undefined;
}

function fieldOf(line: string): [name: string, value: string] {
  const [, name = '', value = ''] = /^(\w*):? ?(.*)$/.exec(line) ?? [];
  return [name, value];
}
