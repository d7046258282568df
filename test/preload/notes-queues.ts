/** Program text that notes which files of `@clew/queues` are loaded from then on, in the global `queuesLoaded`. */
export const NOTES_QUEUES = `
globalThis.queuesLoaded = [];
process.getBuiltinModule('node:module').registerHooks({
  load(url, context, next) {
    if (url.includes('/queues/dist/')) queuesLoaded.push(url);
    return next(url, context);
  },
});
`;
