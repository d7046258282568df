import type { IncomingMessage } from 'node:http';

import type { Intake, SignalName } from './create-intake.ts';
import { type Answer, type Encoding, partialAnswer, refusalAnswer, successAnswer, textAnswer } from './otlp-answer.ts';

/** Takes one OTLP export request over HTTP. */
export async function receiveExport(
  request: IncomingMessage,
  path: string,
  signal: SignalName,
  { bodies, take }: Intake,
): Promise<Answer> {
  const encoding = encodingOf(request);
  if (encoding === undefined) {
    return textAnswer(415, 'OTLP needs the content-type application/x-protobuf or application/json');
  }
  const body = await bodies.read(request);
  if (!Buffer.isBuffer(body)) return refusalAnswer(encoding, body.status, body.problem);
  const taken = take({ signal, encoding, received: { path, headers: request.headers, body } });
  if ('status' in taken) return refusalAnswer(encoding, taken.status, taken.problem);
  return taken.rejected === 0 ? successAnswer(encoding) : partialAnswer(encoding, signal, taken);
}

function encodingOf(request: IncomingMessage): Encoding | undefined {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  return type === 'application/x-protobuf' || type === 'application/json' ? type : undefined;
}
