import { expectNoSecrets, ExportedSecretError, runApp } from '@clew/testing';
import { decodeLogs } from '@clew/viewer';
import { describe, expect, test } from 'vitest';

import { redactedForm, SECRET_TEXTS, unmarked } from '../../packages/sdk/test/secret-texts.ts';

const PLACES = `
  httpQuery httpPassword bearer cookie setCookie fetchSignature apiKey nestedCode baggage spanName sql dsn attribute
  nestedAttribute listItem ownAttribute redis event link exception status logText logAttribute logField logException`
  .trim()
  .split(/\s+/);
const SECRETS = Object.fromEntries(PLACES.map((place, index) => [place, `${place}-4f9c${index}e7`]));
const ARGUMENT = 'argument-4f9c99e7';
const TEXTS = SECRET_TEXTS.map(([, marked]) => marked);

async function runLeakyApp(env: NodeJS.ProcessEnv = {}) {
  await using app = await runApp({
    args: ['app.mjs', '--api-key', ARGUMENT],
    cwd: new URL('fixtures/secrets/', import.meta.url),
    stdin: JSON.stringify({ secrets: SECRETS, texts: TEXTS.map(unmarked) }),
    env: {
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_BSP_MAX_QUEUE_SIZE: '10000',
      OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'console',
      ...env,
    },
  });
  const { code } = await app.exited;
  const { received } = app.viewer;
  return { code, stdout: app.stdout, stderr: app.stderr, spans: app.spans(), received };
}

const fail = (problem: string) => {
  throw new Error(problem);
};

describe.each<[string, NodeJS.ProcessEnv]>([
  ['protobuf', {}],
  ['protobuf with gzip', { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }],
  ['JSON', { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }],
  ["protobuf of OpenTelemetry's own spans", { CLEW_TRACER: 'upstream' }],
])('exported as %s', (_, env) => {
  test('no secret leaves the process, and all that is around them does', async () => {
    const { code, stdout, stderr, spans, received } = await runLeakyApp(env);

    expect(code).toBe(0);
    expectNoSecrets(
      received.map(({ body }) => body),
      [...Object.values(SECRETS), ARGUMENT],
    );
    expect(stdout).toBe('sent baggage "tier=gold"\n');
    expect(stderr).toBe('clew: the baggage member session_token looks like a secret; not sent on\n');
    const values = spans
      .flatMap(({ attributes }) => Object.values(attributes))
      .filter((value) => typeof value === 'string');
    for (const [place, expected] of Object.entries(AROUND)) {
      expect([place, values.filter((value) => value.endsWith(expected))]).not.toEqual([place, []]);
    }
    expect(spans.find(({ name }) => name === 'work ?token=REDACTED')?.status.message).toBe(
      'redirected to https://x.com/#id_token=REDACTED',
    );
    expect(spans[0]?.resource.attributes['process.command_args']).toContain('--api-key');
  });
});

/** The end of at least one attribute each. */
const AROUND = {
  httpServer: 'page=2&access_token=REDACTED&sort=name',
  httpClient: '/http?page=2&access_token=REDACTED&sort=name',
  httpUserInfo: '/user-info',
  fetch: '/fetch?X-Amz-Signature=REDACTED&X-Amz-Expires=900',
  nested: '/go?to=https%3A%2F%2Fx.com%2F%3Fcode%3DREDACTED%26n%3D1',
  sql: "ALTER USER ann PASSWORD 'REDACTED' VALID UNTIL 'infinity'",
  dsn: 'postgres://REDACTED:REDACTED@db:5432/shop',
  redis: 'AUTH REDACTED',
};

test('every kind of secret is redacted in what arrives, in bodies of logs and attributes of spans', async () => {
  const { received, spans } = await runLeakyApp();

  const logs = received
    .filter(({ path }) => path === '/v1/logs')
    .flatMap(({ body }) => decodeLogs(body, fail) ?? [])
    .filter(({ attributes }) => 'body' in attributes);
  const expected = TEXTS.map(redactedForm);
  expect(logs.map(({ body }) => body)).toEqual(expected);
  expect(logs.map(({ attributes }) => attributes['body'])).toEqual(expected);
  const texts = spans.filter(({ name }) => name === 'text').map(({ attributes }) => attributes['text']);
  expect(texts).toEqual(expected);
});

test('without the defaults each of the secrets is exported: the application does what the tests above take for granted', async () => {
  const { received, stdout } = await runLeakyApp({ REDACT_DEFAULTS: 'off' });

  const bodies = received.map(({ body }) => body);
  const exported = PLACES.filter((place) => isExported(bodies, SECRETS[place]!));
  const elsewhere = new Set(['baggage', 'ownAttribute']); // it goes to another host; the user's own list has it
  expect(exported).toEqual(PLACES.filter((place) => !elsewhere.has(place)));
  expect(stdout).toContain(SECRETS['baggage']);
});

test('what is said on stderr has no secret in it, of the application or of the endpoint, however much is said', async () => {
  const endpoint = 'http://ann:endpoint-4f9c77e7@127.0.0.1:1/v1/traces?api_key=endpoint-4f9c88e7&tenant=7';
  const headers = 'x-api-key=header-4f9c66e7';
  const env = {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_HEADERS: headers,
    OTEL_LOG_LEVEL: 'all',
  };

  const { code, stderr } = await runLeakyApp({ ...env, OTEL_BSP_SCHEDULE_DELAY: '5000', CLEW_SHUTDOWN_TIMEOUT: '300' });

  expect(code).toBe(0);
  expect(stderr).toContain(
    'nothing listens at http://REDACTED:REDACTED@127.0.0.1:1/v1/traces?api_key=REDACTED&tenant=7; is your collector up?',
  );
  const ofEndpoint = ['endpoint-4f9c77e7', 'endpoint-4f9c88e7', 'header-4f9c66e7'];
  expect(() => expectNoSecrets(Buffer.from(stderr), [...Object.values(SECRETS), ...ofEndpoint])).not.toThrow();
});

function isExported(bodies: readonly Uint8Array[], secret: string): boolean {
  try {
    expectNoSecrets(bodies, [secret]);
    return false;
  } catch (error) {
    if (error instanceof ExportedSecretError) return true;
    throw error;
  }
}
