import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP server with the part of OpenAI's API that is asked here. It refuses the model `bad`. */
export interface OpenAiServer extends AsyncDisposable {
  readonly url: string;
}

/** Starts it on a free port of this machine. */
export async function startOpenAi(): Promise<OpenAiServer> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const { model, stream = false } = JSON.parse(body) as { model: string; stream?: boolean };
      if (model === 'bad') {
        response.writeHead(400, { 'content-type': 'application/json' });
        response.end('{ "error": { "message": "no such model", "type": "invalid_request_error" } }');
      } else if (stream) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const event of EVENTS[request.url ?? ''] ?? []) response.write(`data: ${JSON.stringify(event)}\n\n`);
        response.end('data: [DONE]\n\n');
      } else {
        response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': 'r1' });
        response.end(JSON.stringify(ANSWERS[request.url ?? '']));
      }
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

const MESSAGE = { role: 'assistant', content: 'hello', refusal: null };
const CHAT = { id: 'c1', created: 1, model: 'good' };
const OUTPUT = {
  type: 'message',
  id: 'm1',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: 'hello', annotations: [] }],
};
const RESPONSE = {
  id: 'r1',
  object: 'response',
  created_at: 1,
  model: 'good',
  status: 'completed',
  output: [OUTPUT],
  usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
};

const ANSWERS: Readonly<Record<string, unknown>> = {
  '/chat/completions': {
    ...CHAT,
    object: 'chat.completion',
    choices: [{ index: 0, message: MESSAGE, finish_reason: 'stop' }],
    usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
  },
  '/embeddings': {
    object: 'list',
    model: 'good',
    data: [{ object: 'embedding', index: 0, embedding: [0.5] }],
    usage: { prompt_tokens: 3, total_tokens: 3 },
  },
  '/responses': RESPONSE,
};

const EVENTS: Readonly<Record<string, readonly unknown[]>> = {
  '/chat/completions': ['hel', 'lo'].map((content, index) => ({
    ...CHAT,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta: { content }, finish_reason: index === 1 ? 'stop' : null }],
  })),
  '/responses': [
    { type: 'response.created', response: { ...RESPONSE, output: [] } },
    { type: 'response.output_item.done', output_index: 0, item: OUTPUT },
    { type: 'response.completed', response: RESPONSE },
  ],
};
