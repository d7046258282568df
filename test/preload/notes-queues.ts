/** Program text that notes which instrumentations of queues are loaded from then on, in the global `queuesLoaded`. */
export const NOTES_QUEUES = `
globalThis.queuesLoaded = [];
process.getBuiltinModule('node:module').registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    if (/\\/dist\\/instrumentations\\/(?:nats|pg-boss|aws)\\.cjs$/.test(resolved.url)) queuesLoaded.push(resolved.url);
    return resolved;
  },
});
`;
