// Writes the JSON Schema of a policy beside the build, from the table that policies are read by.
import { writeFileSync } from 'node:fs';

import { policySchema } from '../dist/policy/policy-shape.js';

writeFileSync('dist/policy.schema.json', `${JSON.stringify(policySchema, undefined, 2)}\n`);
