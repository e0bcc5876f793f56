/**
 * When a run is evaluated, besides after its last step: every n steps; at n points per decade, `log:20`; after the steps
 * of a list; or by its number of steps, `auto`.
 */
export type EvalEvery = number | string | readonly number[];

interface Watched {
  readonly steps: number;
  readonly evalEvery: EvalEvery;
}

/** The next step, after `done` of them, after which a run is evaluated. */
export function nextEvaluation({ steps, evalEvery }: Watched, done: number): number {
  return Math.min(steps, nextOf(evalEvery === AUTO ? autoEvery(steps) : evalEvery, done));
}

/** At least 30 evaluations of a run of 30 steps or more, and fewer than 60, whatever its length. */
const AUTO = "auto";

/** A power of two: runs of other lengths are evaluated at the same steps, the longer ones at some of them. */
function autoEvery(steps: number): number {
  return 2 ** Math.max(0, Math.floor(Math.log2(steps / LEAST_POINTS)));
}

const LEAST_POINTS = 30;

/** All steps after which a run is evaluated. */
export function evaluationSteps(training: Watched): number[] {
  const found: number[] = [];
  for (let done = 0; done < training.steps; found.push(done)) done = nextEvaluation(training, done);
  return found;
}

/** The most evaluations of a run that have diagnostics. */
const MOST_DIAGNOSED = 6;

/** The evaluations that have diagnostics: all, or of many 6, evenly among them, with the first and the last. */
export function diagnosedSteps(training: Watched): number[] {
  const steps = evaluationSteps(training);
  const count = Math.min(steps.length, MOST_DIAGNOSED);
  const gap = count > 1 ? (steps.length - 1) / (count - 1) : 0;
  return Array.from({ length: count }, (_, i) => steps[Math.round(i * gap)]);
}

/** How often a run is evaluated. */
export function evaluationCount(training: Watched): number {
  const { steps, evalEvery } = training;
  return typeof evalEvery === "number" ? Math.ceil(steps / evalEvery) : evaluationSteps(training).length;
}

function nextOf(evalEvery: EvalEvery, done: number): number {
  if (typeof evalEvery === "number") return done + evalEvery - (done % evalEvery);
  if (typeof evalEvery !== "string") return evalEvery[placeAfter(evalEvery, done)] ?? Number.POSITIVE_INFINITY;
  const perDecade = pointsPerDecade(evalEvery);
  let point = Math.max(0, Math.floor(perDecade * Math.log10(Math.max(1, done))) - 1);
  while (Math.round(10 ** (point / perDecade)) <= done) point++;
  return Math.round(10 ** (point / perDecade));
}

/** Of steps that rise, how many are at most `done`. */
function placeAfter(steps: readonly number[], done: number): number {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle] > done) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** 20 of `log:20`. Throws RangeError for another text. */
function pointsPerDecade(text: string): number {
  const points = Number(/^log:([1-9]\d{0,3})$/.exec(text)?.[1]);
  if (Number.isNaN(points)) throw new RangeError(`evalEvery: expected log:N with N from 1 to 9999, got ${text}`);
  return points;
}
