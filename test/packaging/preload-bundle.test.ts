import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { ROOT } from '../support/workspace.ts';

const BUNDLE = readFileSync(`${ROOT}packages/sdk/dist/preload.cjs`, 'utf8');

interface SourceMap {
  readonly sources: readonly string[];
}

test('the preload reads the API from what require gives, not through an object of getters', () => {
  const assignments = BUNDLE.match(/^(?:let|var|const)? *_opentelemetry_api = .*/gm);

  expect(assignments).toEqual(['let _opentelemetry_api = require("@opentelemetry/api");']);
});

test("the preload holds nothing of OpenTelemetry's span SDK, which is loaded where it is asked for", () => {
  const { sources } = JSON.parse(readFileSync(`${ROOT}packages/sdk/dist/preload.cjs.map`, 'utf8')) as SourceMap;

  expect(sources.filter((source) => source.includes('/@opentelemetry/core/'))).not.toEqual([]);
  expect(sources.filter((source) => source.includes('/@opentelemetry/sdk-trace/'))).toEqual([]);
});
