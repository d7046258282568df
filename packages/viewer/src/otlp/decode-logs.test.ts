import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { readByReference } from '../../test/otlp-reference.ts';
import { damaged, logsRequests } from '../../test/otlp-requests.ts';
import { encode } from '../../test/otlp-schema.ts';
import type { LogRecord } from '../log-record.ts';
import { decodeLogsJson } from './decode-logs-json.ts';
import { decodeLogs } from './decode-logs.ts';

const REQUEST = 'ExportLogsServiceRequest';
const encoded = logsRequests.map((request) => encode(REQUEST, request));

test('valid, damaged and arbitrary bytes are taken or refused as by another protobuf library, with the same values', () => {
  let taken = 0;
  let refused = 0;

  fc.assert(
    fc.property(fc.oneof(damaged(encoded), encoded, fc.uint8Array({ maxLength: 40 })), (bytes) => {
      const ours = decodeLogs(bytes);
      const theirs = readByReference(REQUEST, bytes);
      const expected = theirs === undefined ? undefined : decodeLogsJson(JSON.stringify(theirs));

      expect(ours?.map(withoutEmpty)).toEqual(expected?.map(withoutEmpty));
      if (ours === undefined) refused += 1;
      else taken += 1;
    }),
    { numRuns: 1000 },
  );

  expect(Math.min(taken, refused)).toBeGreaterThan(150);
});

/** JSON tells an empty field by leaving it out. */
function withoutEmpty({ flags, eventName, ...log }: LogRecord): object {
  return { ...log, flags: flags ?? 0, eventName: eventName ?? '' };
}
