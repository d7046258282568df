import { asBuffer, fieldsOf } from './protobuf-reader.ts';

/** Answer of a backend, in all signals alike. */
export interface ProtobufAnswer {
  readonly partialSuccess?: { readonly rejected?: number; readonly errorMessage?: string };
}

/**
 * Decodes a backend's answer: `ExportTraceServiceResponse` and the same messages of the other signals.
 *
 * @throws an `UnreadableError` for what is no such message
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/collector/trace/v1/trace_service.proto
 */
export function readProtobufAnswer(bytes: Uint8Array): ProtobufAnswer {
  const partial = lastFieldsOf(bytes).get(PARTIAL_SUCCESS);
  if (!(partial instanceof Uint8Array)) return {};
  const fields = lastFieldsOf(partial);
  const rejected = fields.get(REJECTED);
  const message = fields.get(ERROR_MESSAGE);
  return {
    partialSuccess: {
      ...(typeof rejected === 'bigint' && { rejected: Number(rejected) }),
      ...(message instanceof Uint8Array && { errorMessage: new TextDecoder().decode(message) }),
    },
  };
}

const PARTIAL_SUCCESS = 1;
const [REJECTED, ERROR_MESSAGE] = [1, 2];

/** Values by field number; of a field that is there twice the last one, as protobuf wants it. */
function lastFieldsOf(bytes: Uint8Array): Map<number, bigint | Buffer> {
  return new Map(Array.from(fieldsOf(asBuffer(bytes)), ({ number, value }) => [number, value]));
}
