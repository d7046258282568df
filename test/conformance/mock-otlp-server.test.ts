import { expect, test } from 'vitest';

import { runEveryFeature, sorted } from './every-feature.ts';
import { startMockOtlpServer } from './mock-otlp-server.ts';
import { spansIn } from './spans-in.ts';

test.each(['http/protobuf', 'http/json', 'grpc'])(
  'by %s, mockotlpserver receives the spans, attributes and resource that the app recorded',
  async (protocol) => {
    await using server = await startMockOtlpServer();

    const { recorded } = await runEveryFeature({
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_ENDPOINT: protocol === 'grpc' ? server.grpcUrl : server.httpUrl,
    });

    const received = server.requests.flatMap(spansIn);
    expect(recorded).toHaveLength(6);
    expect(sorted(received)).toEqual(sorted(recorded));
  },
);
