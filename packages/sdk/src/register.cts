// The preload for `node --require @clew/sdk/register`. The module that is preloaded is an ES module; a Node that does
// not require those would end there, before the application.
const { registerHooks } = require('node:module') as { registerHooks?: unknown }; // as new as the oldest Node we run on

if (process.features.require_module) module.exports = require('./register.js') as object;
else process.stderr.write(`clew: ${reason()}; nothing is traced\n`);

function reason(): string {
  const version = `Node ${process.versions.node}`;
  if (registerHooks === undefined) return `${version} is too old (22.15 or later is needed)`;
  return `${version} does not require ES modules (--no-require-module); use --import @clew/sdk/register instead of --require`;
}
