import type { AnyRun, Run } from "../../engines/engine.ts";
import { numbering } from "../../engines/numbering.ts";
import { isCode } from "../../models/code.ts";
import { finalLosses, type RunRecord } from "../../records/record.ts";
import type { RunObserver } from "../../records/run-observer.ts";
import type { SweepStart } from "../../sweep/run-sweep.ts";
import { usualNs } from "../../sweep/work.ts";
import { printable } from "../../text.ts";
import { duration, numberOf, thousands } from "../../units.ts";

/** Shows how runs progress and end, until it is stopped. */
export interface RunProgress extends Required<Pick<RunObserver, "progress" | "choosing" | "result">> {
  /** Shows a line of something else. */
  note(line: string): void;
  stop(): void;
}

/** Runs to train, and the steps that some of them have done before. */
export type ToTrain = Pick<SweepStart, "todo" | "kept">;

const LINE_EVERY_MS = 10_000;

/** A line every ten seconds, and one for each run that failed. */
export function lineProgress({ todo, kept }: ToTrain, note: (line: string) => void): RunProgress {
  const count = new ProgressCount(todo, kept);
  const timer = setInterval(() => {
    note(
      `${count.ended} of ${numberOf(count.runs, "run")}${count.training}, ${count.percent} % of the steps, ${count.pace}`,
    );
  }, LINE_EVERY_MS);
  return {
    progress: (run, step, loss) => count.reach(run.id, step, loss),
    choosing: (run, tried, chosen) => count.choose(run.id, tried, chosen),
    result: (record) => {
      count.end(record);
      if (record.status === "failed") note(count.failureText(record));
    },
    note,
    stop: () => clearInterval(timer),
  };
}

/** A pace is shown only after this long since the process's first step, or since its start. */
const [SINCE_FIRST_MS, SINCE_START_MS] = [1000, 5000];

/** Counts run-steps and runs of a sweep, for its losses, its rate and the time left. */
export class ProgressCount {
  readonly runs: number;
  /** Run-steps of all runs. */
  readonly total: number;
  /**
   * Run-steps done; a run that ended early counts with all its steps. One with early stopping counts with the same share of its
   * limit as is done of what it trains.
   */
  steps = 0;
  ended = 0;
  /** Steps of each run, and how long one takes, in some unit: models and batches differ. */
  readonly #sizes: ReadonlyMap<string, { readonly steps: number; readonly weight: number }>;
  readonly #reached = new Map<string, number>();
  readonly #choices: StepChoices;
  /** Steps that were really trained: of the runs in flight, and in all. */
  readonly #trainedOf = new Map<string, number>();
  #trained = 0;
  /** The latest training losses of the runs in flight, and the shares of their steps that are done. */
  readonly #inFlight = new Map<string, { readonly loss: number; readonly share: number }>();
  /** Sum and number of the training losses of the runs that are done. */
  readonly #done = { sum: 0, count: 0 };
  /** Weights of all steps, and of those done. */
  readonly #work: number;
  #worked = 0;
  #isClosed = false;
  /** When this process started, with what was done before it; and the same at its first step. */
  readonly #start: Mark;
  #first: Mark | undefined;

  constructor(runs: readonly AnyRun[], kept: SweepStart["kept"]) {
    this.runs = runs.length;
    this.total = runs.reduce((sum, { training }) => sum + training.steps, 0);
    const weightOf = stepWeights();
    const sizes = runs.map((run) => ({ steps: run.training.steps, weight: weightOf(run) }));
    this.#sizes = new Map(runs.map(({ id }, i) => [id, sizes[i]]));
    this.#work = sizes.reduce((sum, { steps, weight }) => sum + steps * weight, 0);
    this.#choices = new StepChoices(runs);
    for (const { id } of runs) this.#count(id, kept.get(id) ?? 0);
    this.#start = this.#mark();
  }

  /** Run `id` has been trained for `step` steps; `loss` is its latest training loss, NaN for none. */
  reach(id: string, step: number, loss = Number.NaN): void {
    this.#count(id, step);
    this.#first ??= this.#mark();
    const share = this.#choices.share(id, step) ?? step / (this.#sizes.get(id)?.steps ?? step);
    if (!Number.isNaN(loss)) this.#inFlight.set(id, { loss, share });
  }

  /** The number of steps of run `id` is being chosen: it was tried for `tried` steps; `chosen` is the number, once known. */
  choose(id: string, tried: number, chosen?: number): void {
    this.#choices.choose(id, tried, chosen);
    this.#count(id, 0);
    if (tried > 0) this.#first ??= this.#mark();
  }

  end(record: RunRecord): void {
    const { id, steps } = record;
    const isChosen = this.#choices.share(id, 0) !== undefined;
    if (isChosen) this.#add(id, this.#sizes.get(id)?.steps ?? steps);
    else this.#count(id, steps);
    this.#choices.end(id);
    this.#reached.delete(id);
    this.#trainedOf.delete(id);
    this.#inFlight.delete(id);
    this.ended++;
    const loss = finalLosses(record, "train")?.mean;
    if (loss === undefined) return;
    this.#done.sum += loss;
    this.#done.count++;
  }

  /**
   * Mean of the runs' latest training losses, one in flight by the share of its steps that is done: losses are high at first.
   * NaN before there is one.
   */
  get meanLoss(): number {
    let { sum, count } = this.#done;
    for (const { loss, share } of this.#inFlight.values()) {
      sum += share * loss;
      count += share;
    }
    return sum / count;
  }

  /** `training 0.0512`, as the table names that loss; empty before there is one. */
  get loss(): string {
    const { meanLoss } = this;
    return Number.isNaN(meanLoss) ? "" : `training ${meanLoss.toFixed(4)}`;
  }

  /** Whether numbers of steps are chosen while the sweep trains. */
  get choosing(): boolean {
    return this.#choices.any;
  }

  /** `, 24 in training`: runs in lockstep all end in the same moment, and none before. Empty for none. */
  get training(): string {
    const { size } = this.#inFlight;
    return size === 0 ? "" : `, ${thousands(size)} in training`;
  }

  get percent(): number {
    return Math.floor((100 * this.steps) / this.total);
  }

  /** `5,213 steps/s, 0:41 min left`; after the last step what is done then. */
  get pace(): string {
    if (this.steps >= this.total) return this.left;
    const { trained: steps, ms } = this.#own();
    return steps > 0 ? `${thousands((1000 * steps) / ms)} steps/s, ${this.left}` : this.left;
  }

  /** `0:41 min left`; where the time is not known, what is done: before steps are chosen, and after the last step. */
  get left(): string {
    if (this.ended === this.runs) return this.#isClosed ? `${duration(0)} left` : "writing the CSV files";
    if (this.steps >= this.total) return "computing the final losses";
    if (this.#choices.text !== "") return this.#choices.text;
    const { worked, ms } = this.#own();
    return worked > 0 ? `${duration((ms / worked) * Math.max(0, this.#work - this.#worked))} left` : "starting";
  }

  /** The sweep has ended: nothing is done any more. */
  close(): void {
    this.#isClosed = true;
  }

  /** The line for a run that failed. */
  failureText({ id, reason }: RunRecord): string {
    return `mmoe: run ${id}: ${printable(String(reason))} (recorded as failed; ${this.ended} of ${this.runs} so far)`;
  }

  /** A run is at this step of its training. */
  #count(id: string, step: number): void {
    const trained = this.#choices.trained(id, step);
    this.#trained += trained - (this.#trainedOf.get(id) ?? 0);
    this.#trainedOf.set(id, trained);
    const share = this.#choices.share(id, step);
    this.#add(id, share === undefined ? step : Math.round(share * (this.#sizes.get(id)?.steps ?? 0)));
  }

  /** A run has done this many of its steps. */
  #add(id: string, steps: number): void {
    const more = steps - (this.#reached.get(id) ?? 0);
    this.steps += more;
    this.#worked += more * (this.#sizes.get(id)?.weight ?? 1);
    this.#reached.set(id, steps);
  }

  #mark(): Mark {
    return { at: performance.now(), trained: this.#trained, worked: this.#worked };
  }

  /** What this process has done, and in which time: nothing before its pace is known. */
  #own(): { readonly trained: number; readonly worked: number; readonly ms: number } {
    const now = performance.now();
    const isKnown = (mark: Mark, ms: number) => now - mark.at >= ms && this.#trained > mark.trained;
    const since =
      this.#first !== undefined && isKnown(this.#first, SINCE_FIRST_MS)
        ? this.#first
        : isKnown(this.#start, SINCE_START_MS)
          ? this.#start
          : this.#mark();
    return { trained: this.#trained - since.trained, worked: this.#worked - since.worked, ms: now - since.at };
  }
}

/** What is done at some time. */
interface Mark {
  readonly at: number;
  readonly trained: number;
  readonly worked: number;
}

/** A function that tells how long a step of a run takes, once for runs that are alike. Nothing is known of models in code. */
function stepWeights(): (run: AnyRun) => number {
  const modelNumber = numbering((model: AnyRun["model"]) => model);
  const trainingNumber = numbering((training: AnyRun["training"]) => training);
  const known = new Map<string, number>();
  return (run) => {
    if (isCode(run.model)) return CODE_NS;
    const key = `${modelNumber(run.model)} ${trainingNumber(run.training)}`;
    const weight = known.get(key) ?? usualNs(run as Run) / run.training.steps;
    known.set(key, weight);
    return weight;
  };
}

/** A step of a model in code (assumed): ten of the paper's. */
const CODE_NS = 500_000;

/** What is said while steps are chosen, before the numbers of runs. */
export const CHOOSING = "choosing steps: ";

/** How far runs with early stopping are: how many steps they train for is known only once it is chosen. */
class StepChoices {
  /** Steps that each run was tried for, and those that it trains for once they are chosen. */
  readonly #choices: ReadonlyMap<string, { tried: number; steps?: number }>;
  /** The runs that choose together now, and whether their steps are chosen. */
  readonly #together = new Map<string, boolean>();

  constructor(runs: readonly AnyRun[]) {
    const stopped = runs.filter(({ stopping }) => stopping !== undefined);
    this.#choices = new Map(stopped.map(({ id }) => [id, { tried: 0 }]));
  }

  /** Whether there are any. */
  get any(): boolean {
    return this.#choices.size > 0;
  }

  /** A run was tried for `tried` steps; `chosen` is the number that it trains for, once it is known. */
  choose(id: string, tried: number, chosen?: number): void {
    const choice = this.#choices.get(id);
    if (choice === undefined) return;
    if (tried === 0 && !this.#isChoosing) this.#together.clear(); // the first of further runs
    this.#together.set(id, chosen !== undefined);
    choice.tried = tried;
    if (chosen !== undefined) choice.steps = chosen;
  }

  end(id: string): void {
    this.#together.delete(id);
  }

  /** `choosing steps: 12/32`: of the runs that choose together, those whose steps are chosen. Empty if all are. */
  get text(): string {
    return this.#isChoosing ? `${CHOOSING}${this.#chosen}/${this.#together.size}` : "";
  }

  /** The share of a run that is done at a step of its training; undefined for one without early stopping. */
  share(id: string, step: number): number | undefined {
    const choice = this.#choices.get(id);
    if (choice === undefined) return undefined;
    return choice.steps === undefined ? 0 : (choice.tried + step) / (choice.tried + choice.steps);
  }

  /** Steps that a run really trained, its tries included, at a step of its training. */
  trained(id: string, step: number): number {
    return step + (this.#choices.get(id)?.tried ?? 0);
  }

  get #isChoosing(): boolean {
    return this.#chosen < this.#together.size;
  }

  get #chosen(): number {
    return [...this.#together.values()].filter((isChosen) => isChosen).length;
  }
}
