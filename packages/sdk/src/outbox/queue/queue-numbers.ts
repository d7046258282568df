/** By these the threads of a process know what is in each other's queues; bytes of two encodings cannot be mixed. */
export const QUEUES = { spans: 0, logs: 1, metrics: 2, jsonSpans: 3, jsonLogs: 4, jsonMetrics: 5 } as const;
