import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { ROOT } from '../support/workspace.ts';

const BUNDLE = readFileSync(`${ROOT}packages/sdk/dist/preload.cjs`, 'utf8');

test('the preload reads the API from what require gives, not through an object of getters', () => {
  const assignments = BUNDLE.match(/^(?:let|var|const)? *_opentelemetry_api = .*/gm);

  expect(assignments).toEqual(['let _opentelemetry_api = require("@opentelemetry/api");']);
});
