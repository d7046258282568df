export { expectNoSecrets, ExportedSecretError } from './expect-no-secrets.ts';
export { AlreadyRecordingError, recordSpans, type RecordedSpans } from './record-spans.ts';
export { runApp, type RunAppOptions, type RunningApp } from './run-app.ts';
export { MissingSdkError } from './sdk-preload.ts';
export type { AppExit } from './start-process.ts';
