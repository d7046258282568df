export { isLocalRoot, localRootOf } from './local-root.ts';
export { hasException, type ReadableSpan } from './readable-span.ts';
