// Traffic for the gates of the sampling budget: one service, 15 minutes, everything that makes a sampler miss its budget,
// its errors or its counts. The same for a seed.

/** A trace as it ends, which is all that a sampler at the end of traces sees of it. */
export interface TraceSummary {
  /** From 0, without gaps: the place among the ends of a run. In a chain of services all parts of a trace have its id. */
  readonly id: number;
  /** Last 56 bits of the trace id as a number from 0 up to 1. The last four are zeros, so that a double holds it exactly. */
  readonly randomness: number;
  /** Milliseconds since the run began. */
  readonly endedAt: number;
  readonly durationMillis: number;
  readonly route: string;
  /** Empty for a probe. */
  readonly tenant: string;
  readonly spans: number;
  readonly isError: boolean;
  /** A health check: one span that nobody misses. */
  readonly isProbe: boolean;
}

/** Traces in the order in which they end. */
export interface Workload {
  readonly seconds: number;
  readonly traces: readonly TraceSummary[];
}

/** Where the incidents of a run begin, in seconds. Each takes a minute, a burst one second. */
export interface WorkloadShape {
  readonly seconds: number;
  /** 20 times the traffic. */
  readonly bursts: readonly number[];
  /** 10 times the traffic. */
  readonly step?: number;
  /** 3 % of the traffic. */
  readonly idle?: number;
  /** 60 % of the traces of one busy route fail. */
  readonly errorStorm?: number;
  /** One busy route takes 5 times as long. */
  readonly latencyIncident?: number;
}

/** The run of the gates. */
export const WHOLE_RUN: WorkloadShape = {
  seconds: 900,
  bursts: [100, 200, 700],
  step: 300,
  idle: 450,
  errorStorm: 560,
  latencyIncident: 760,
};

/** A run that is to be repeated with many seeds: bursts after a quarter and three quarters of it, the step in its middle. */
export function shortRun(seconds: number, containsStep: boolean): WorkloadShape {
  const bursts = [Math.floor(seconds / 4), Math.floor((3 * seconds) / 4)];
  return { seconds, bursts, ...(containsStep && { step: Math.floor(seconds / 2) - MINUTE / 2 }) };
}

const MINUTE = 60;
const TRACES_PER_SECOND = 242.4;
const PROBES = 0.15;
const PROBE_ROUTE = '/healthz';
const TENANTS = Array.from({ length: 200 }, (_, index) => `tenant-${index}`);
/** Share of the traces that ask for each row of a list by itself: 20 times the spans, 1.2 times the duration. */
const ROW_BY_ROW = 0.03;
/** Share of the traces that take 4 to 20 times as long for no reason that shows. */
const HEAVY_TAIL = 0.004;

interface Route {
  readonly name: string;
  readonly medianMillis: number;
  readonly spans: number;
  readonly errors: number;
}

const COMMON_ROUTES = 48;
const ZIPF_EXPONENT = 1.1;

/** From the busiest to the least busy one. */
const COMMON: readonly Route[] = Array.from({ length: COMMON_ROUTES }, (_, index) => ({
  name: `/common/${index}`,
  medianMillis: 25 * 16 ** (((index * 29 + 11) % COMMON_ROUTES) / (COMMON_ROUTES - 1)),
  spans: 5 + 0.78 * ((index * 7) % 12),
  errors: 0.003 + 0.001 * ((index * 5) % 10),
}));

/** Known to every run, for the estimate of a single route. */
export const MIDDLING_ROUTE: string = COMMON[10]?.name ?? '';
const STORMY = COMMON[2];
const SLOWED = COMMON[4];

/** Asked for 5 to 27 times in a run, at any time, whatever the others do. */
const RARE: readonly Route[] = Array.from({ length: 12 }, (_, index) => ({
  name: `/rare/${index}`,
  medianMillis: 40 + 20 * index,
  spans: 6 + index,
  errors: 0.02,
}));
const tracesOfRare = (index: number, seconds: number): number =>
  Math.round(((5 + 2 * index) * seconds) / WHOLE_RUN.seconds);

/** A uniform index into it draws a route by Zipf's law. */
const ZIPF: readonly Route[] = (() => {
  const size = 1 << 14;
  const weights = COMMON.map((_, index) => (index + 1) ** -ZIPF_EXPONENT);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  let begin = 0;
  return COMMON.flatMap((route, index) => {
    sum += weights[index] ?? 0;
    const end = Math.round((size * sum) / total);
    const slots = Array.from({ length: end - begin }, () => route);
    begin = end;
    return slots;
  });
})();

/** Makes the traces of a run. */
export function makeWorkload(seed: number, shape: WorkloadShape): Workload {
  const random = seededRandom(seed);
  const normal = normalOf(random);
  const traces: TraceSummary[] = [];
  const rare = rareArrivals(random, shape.seconds);
  let nextRare = 0;

  function end(seconds: number, route: Route): void {
    const isStormy = route === STORMY && isDuring(shape.errorStorm, seconds);
    const isSlowed = route === SLOWED && isDuring(shape.latencyIncident, seconds);
    const isRowByRow = random() < ROW_BY_ROW;
    const isHeavy = random() < HEAVY_TAIL;
    const stretch = (isSlowed ? 5 : 1) * (isRowByRow ? 1.2 : 1) * (isHeavy ? 4 + 16 * random() : 1);
    traces.push({
      id: traces.length,
      randomness: randomnessOf(random),
      endedAt: seconds * 1000,
      durationMillis: route.medianMillis * Math.exp(0.5 * normal()) * stretch,
      route: route.name,
      tenant: TENANTS[Math.floor(TENANTS.length * random() ** 2)] ?? '',
      spans: Math.max(1, Math.round(route.spans * Math.exp(0.3 * normal()))) * (isRowByRow ? 20 : 1),
      isError: random() < (isStormy ? 0.6 : route.errors),
      isProbe: false,
    });
  }

  function endProbe(seconds: number): void {
    traces.push({
      id: traces.length,
      randomness: randomnessOf(random),
      endedAt: seconds * 1000,
      durationMillis: 1 + random(),
      route: PROBE_ROUTE,
      tenant: '',
      spans: 1,
      isError: false,
      isProbe: true,
    });
  }

  for (let second = 0; second < shape.seconds; second++) {
    const rate = TRACES_PER_SECOND * loadIn(second, shape);
    let at = second + gap(random, rate);
    while (at < second + 1) {
      for (let next = rare[nextRare]; next !== undefined && next.at <= at; next = rare[++nextRare])
        end(next.at, next.route);
      if (random() < PROBES) endProbe(at);
      else end(at, ZIPF[Math.floor(ZIPF.length * random())] ?? SURELY_A_ROUTE);
      at += gap(random, rate);
    }
  }
  for (const { at, route } of rare.slice(nextRare)) end(at, route);
  return { seconds: shape.seconds, traces };
}

const SURELY_A_ROUTE: Route = { name: '/', medianMillis: 1, spans: 1, errors: 0 };

/** Trace id of a summary, in hex: what precedes its randomness is the id in the run. */
export function traceIdOf({ id, randomness }: Pick<TraceSummary, 'id' | 'randomness'>): string {
  const digits = Math.round(randomness * 2 ** 52)
    .toString(16)
    .padStart(13, '0');
  return `${(id + 1).toString(16).padStart(18, '0')}${digits}0`;
}

function loadIn(second: number, { bursts, step, idle }: WorkloadShape): number {
  if (bursts.includes(second)) return 20;
  if (isDuring(step, second)) return 10;
  return isDuring(idle, second) ? 0.03 : 1;
}

const isDuring = (begin: number | undefined, seconds: number): boolean =>
  begin !== undefined && seconds >= begin && seconds < begin + MINUTE;

function rareArrivals(random: () => number, seconds: number): { at: number; route: Route }[] {
  const arrivals = RARE.flatMap((route, index) =>
    Array.from({ length: tracesOfRare(index, seconds) }, () => ({ at: seconds * random(), route })),
  );
  return arrivals.sort((one, other) => one.at - other.at);
}

/** Seconds to the next of independent arrivals. */
const gap = (random: () => number, rate: number): number => -Math.log(1 - random()) / rate;

const randomnessOf = (random: () => number): number =>
  (Math.floor(random() * 2 ** 26) * 2 ** 26 + Math.floor(random() * 2 ** 26)) / 2 ** 52;

function normalOf(random: () => number): () => number {
  let spare: number | undefined;
  return () => {
    const kept = spare;
    spare = undefined;
    if (kept !== undefined) return kept;
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/**
 * Numbers from 0 up to 1 in steps of 2^-32. Its state has 128 bits: the numbers of hundreds of seeds do not overlap, on
 * which the tests of bias stand.
 *
 * @see https://pracrand.sourceforge.net/RNG_engines.txt sfc32
 */
export function seededRandom(seed: number): () => number {
  let a = seed | 0;
  let b = 0x9e3779b9 | 0;
  let c = 0x243f6a88 | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let n = 0; n < 15; n++) next();
  return next;
}
