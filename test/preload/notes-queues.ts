/** Program text that notes which files of `@clew/queues` are loaded from then on, in the global `queuesLoaded`. */
export const NOTES_QUEUES = `
globalThis.queuesLoaded = [];
process.getBuiltinModule('node:module').registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    if (resolved.url.includes('/queues/dist/')) queuesLoaded.push(resolved.url);
    return resolved;
  },
});
`;
