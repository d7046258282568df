import { setTimeout } from 'node:timers/promises';

import type { Conduct } from './conduct.ts';
import type { Exchange } from './exchange.ts';
import type { Ledger } from './ledger.ts';

const REJECTED = 3;

/** `ExportTraceServiceResponse` with `partial_success { rejected_spans: 3, error_message: "too old" }`. */
const PARTIAL_SUCCESS = Buffer.concat([Buffer.from([0x0a, 11, 0x08, REJECTED, 0x12, 7]), Buffer.from('too old')]);
const PARTIAL_SUCCESS_JSON = `{"partialSuccess":{"rejectedSpans":"${REJECTED}","errorMessage":"too old"}}`;

/**
 * Meets one request.
 *
 * @param index how many requests the same conduct has met before
 * @param redirectTo where a redirect points to
 */
export async function meet(
  exchange: Exchange,
  conduct: Conduct,
  index: number,
  ledger: Ledger,
  redirectTo: string,
): Promise<void> {
  const { times = Number.POSITIVE_INFINITY, bytesPerSecond = Number.POSITIVE_INFINITY } = conduct;
  const fault = index < times ? conduct.fault : undefined;
  if (fault === 'reset') return exchange.resetMidBody();

  const body = await exchange.readBody(bytesPerSecond);
  if (fault === 'silence') return;
  if (fault === 'redirect') {
    await exchange.answer({ status: 307, headers: { location: `${redirectTo}${exchange.path}` } });
  } else if (typeof fault === 'number') {
    const headers = conduct.retryAfter === undefined ? {} : { 'retry-after': conduct.retryAfter };
    await exchange.answer({ status: fault, headers, body: `this backend answers ${fault}` });
  } else {
    await take(exchange, body, fault === 'reject' ? REJECTED : 0, conduct.delayMillis ?? 0, ledger);
  }
}

async function take(exchange: Exchange, body: Buffer, rejected: number, delayMillis: number, ledger: Ledger) {
  const { path, isJson } = exchange;
  const acknowledge = ledger.enter({ path, isJson, body, rejected });
  if (delayMillis > 0) await setTimeout(delayMillis);
  const success = isJson ? '{}' : '';
  const partialSuccess = isJson ? PARTIAL_SUCCESS_JSON : PARTIAL_SUCCESS;
  const headers = { 'content-type': isJson ? 'application/json' : 'application/x-protobuf' };
  const didLeave = await exchange.answer({ status: 200, headers, body: rejected > 0 ? partialSuccess : success });
  if (didLeave) acknowledge();
}
