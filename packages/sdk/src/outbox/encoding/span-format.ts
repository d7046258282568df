import type { ReadableSpan } from '@opentelemetry/sdk-trace';

import { protobufFormat } from './protobuf-format.ts';
import { createProtobufWriter, type ProtobufWriter } from './protobuf-writer.ts';
import { MAX_REQUEST_BYTES } from '../queue/max-request-bytes.ts';
import { QUEUES } from '../queue/queue-numbers.ts';
import type { SignalFormat } from './signal-format.ts';
import { amendProtobufSpan, type SpanAmendment } from './span-amendment.ts';
import { encodeSpan, redactingEncoder } from './span-encoder.ts';
import type { Redactor } from '../../redaction/redactor.ts';

/** The format of spans, which can be amended after they are encoded. */
export interface SpanFormat extends SignalFormat<ReadableSpan> {
  /**
   * Adds to an encoded span what became known later.
   *
   * @returns bytes that the next call may overwrite
   * @throws a `RecordTooLargeError`
   */
  amend(span: Uint8Array, amendment: SpanAmendment): Buffer;
}

/**
 * Spans in protobuf.
 *
 * @param redactor redacts each span as it is encoded
 */
export function spanFormat(redactor?: Redactor): SpanFormat {
  let writer: ProtobufWriter | undefined; // most applications have nothing to amend
  return {
    ...protobufFormat(QUEUES.spans, redactor === undefined ? encodeSpan : redactingEncoder(redactor)),
    amend: (span, amendment) =>
      amendProtobufSpan(span, amendment, (writer ??= createProtobufWriter(MAX_REQUEST_BYTES))),
  };
}
