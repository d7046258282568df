export { AlreadyRecordingError, recordSpans, type RecordedSpans } from './record-spans.ts';
