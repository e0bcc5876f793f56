// How far a sweep is: a bar on a terminal, else a line every ten seconds.
import cliProgress from "cli-progress";
import type { AnyRun, Run } from "../../engines/engine.ts";
import { isCode } from "../../models/code.ts";
import { embeddingSets } from "../../models/spec.ts";
import { EVENTS_VERSION, type SweepEvent } from "../../records/events.ts";
import { plain } from "../../records/journal-line.ts";
import { finalLosses, type RunRecord } from "../../records/record.ts";
import type { RunObserver } from "../../records/run-observer.ts";
import type { SweepListener, SweepOutcome, SweepStart } from "../../sweep/run-sweep.ts";
import { usualNs } from "../../sweep/work.ts";
import { printable } from "../../text.ts";
import { duration, numberOf, thousands } from "../../units.ts";
import type { Context, Output } from "../command.ts";
import { startLines } from "./sweep-start.ts";

/** A listener that shows a sweep's progress until it is stopped, and then that of the next one. */
export interface Progress extends SweepListener {
  note(line: string): void;
  stop(): void;
  /** Writes the event of a sweep's end, with --json. */
  end(outcome: SweepOutcome): void;
}

/** A bar on a terminal, else a line every ten seconds; JSON lines on stdout with --json; nothing with --quiet. */
export function progressFor(json: boolean, { effects, quiet, note }: Context): Progress {
  const emit = (event: SweepEvent) => json && effects.stdout.write(`${JSON.stringify(event)}\n`);
  let display: Display | undefined;
  let count: ProgressCount | undefined;
  const noteAbove = (line: string) => (display ? display.note(line) : note(line));
  return {
    note: noteAbove,
    start(start) {
      for (const line of startLines(start)) note(line);
      const { out, todo, kept, engine, device } = start;
      emit({ event: "start", version: EVENTS_VERSION, out, runs: todo.length, kept: kept.size, engine, device });
      if (json || quiet) return;
      count = new ProgressCount(start);
      display = effects.stderr.isTTY ? barOf(count, effects.stderr) : linesOf(count, note);
    },
    choosing(run, tried, chosen) {
      emit({ event: "choosing", id: run.id, tried, ...(chosen !== undefined && { steps: chosen }) });
      count?.choosing(run, tried, chosen);
    },
    progress(run, step, loss) {
      emit({ event: "progress", id: run.id, step, steps: run.training.steps });
      count?.progress(run, step, loss);
    },
    result(record) {
      emit({ event: "run", ...plain(record) });
      count?.result(record);
      const soFar = count && ` (recorded as failed; ${count.ended} of ${count.size} so far)`;
      if (soFar && record.status === "failed")
        noteAbove(`mmoe: run ${record.id}: ${printable(String(record.reason))}${soFar}`);
    },
    end: ({ out, done, failed, missing, kept }) => emit({ event: "end", out, done, failed, missing, kept: kept.runs }),
    stop() {
      display?.stop();
      display = undefined;
    },
  };
}

/** What shows a count, and notes beside it. */
interface Display {
  note(line: string): void;
  stop(): void;
}

/** A line every ten seconds. */
export function linesOf(count: ProgressCount, note: (line: string) => void): Display {
  const timer = setInterval(() => {
    const { ended, size, share, loss, rate, left } = count;
    note(list(`${ended} of ${numberOf(size, "run")}`, `${Math.floor(100 * share)} % of the work`, loss, rate, left));
  }, 10_000);
  return { note, stop: () => clearInterval(timer) };
}

/** A bar in the last line of a terminal. */
export function barOf(count: ProgressCount, stream: Output): Display {
  const bars = new cliProgress.MultiBar({
    format: (_, { maxWidth }: { maxWidth: number }) => barLine(count, maxWidth),
    fps: 4,
    forceRedraw: true,
    clearOnComplete: true,
    linewrap: true, // notes may be long
    stream: stream as NodeJS.WritableStream,
  });
  bars.create(1, 0);
  bars.update();
  return {
    note(line) {
      bars.log(`${line}\n`);
      bars.update();
    },
    stop: () => bars.stop(),
  };
}

/** The room that texts of a bar's line take at most, and the least for the bar. */
const [LEFT, LOSS, RATE] = [", 23:59 min left", ", training 0.0000", ", 999,999 steps/s"].map(({ length }) => length);
const LEAST_BAR = 8;

/** `[=====     ] 3/8 runs, training 0.0512, 5,213 steps/s, 0:41 min left`: in a narrow terminal without the rate, or the loss. */
export function barLine(count: ProgressCount, columns: number): string {
  const runs = `${count.ended}/${count.size} runs`;
  const most = columns - "[] ".length - 1;
  let room = most - `${count.size}/${count.size} runs`.length - LEFT;
  const fits = (length: number) => {
    const hasRoom = room - length >= LEAST_BAR;
    if (hasRoom) room -= length;
    return hasRoom;
  };
  const text = list(runs, fits(LOSS) ? count.loss : "", fits(RATE) ? count.rate : "", count.left);
  const size = Math.max(0, Math.min(room, most - text.length));
  return size === 0 ? text : `[${"=".repeat(Math.floor(count.share * size)).padEnd(size)}] ${text}`;
}

/** Texts by commas, without those that are empty. */
function list(...texts: readonly string[]): string {
  return texts.filter((text) => text !== "").join(", ");
}

/** A run, counted. With early stopping it first tries how many steps it should train for. */
interface CountedRun {
  /** About how long it takes, in ns on some machine. */
  readonly ns: number;
  /** Steps that it trains for after its tries; undefined until they are chosen. */
  steps: number | undefined;
  tried: number;
  /** Steps that it really trained, its tries included. */
  trained: number;
  /** How much of it is done, from 0 to 1. */
  share: number;
  /** Its latest training loss; NaN before it has one, and if it failed. */
  loss: number;
}

function countedRun(run: AnyRun): CountedRun {
  const { steps } = run.training;
  const ns = isCode(run.model) ? 500_000 * steps : usualNs(run as Run); // assumed: ten times the paper's
  return { ns, steps: run.stopping ? undefined : steps, tried: 0, trained: 0, share: 0, loss: Number.NaN };
}

/** So many numbers of vectors take some seconds to draw. */
const MANY_NUMBERS = 5_000_000;

const STARTING = "starting";

/** What runs do before their first step. */
function beginningOf(todo: readonly AnyRun[]): string {
  const numbers = todo.map(({ model }) =>
    isCode(model)
      ? 0
      : embeddingSets(model) * (model.embeddings ?? []).reduce((sum, { rows, size }) => sum + rows * size, 0),
  );
  const most = numbers.reduce((a, b) => Math.max(a, b), 0);
  return most < MANY_NUMBERS ? STARTING : `drawing ${thousands(most)} numbers`;
}

/** Counts runs and their steps, for a sweep's mean loss, its rate and the time left. */
export class ProgressCount implements RunObserver {
  ended = 0;
  readonly size: number;
  readonly #runs: ReadonlyMap<string, CountedRun>;
  readonly #choosing = new Set<CountedRun>();
  readonly #beginning: string;
  /** Times of all runs, on some machine, and how much of them is done; steps that were trained. */
  readonly #work: number;
  #worked = 0;
  #trained = 0;
  /** What was done when this process first told of a step. */
  #start: { readonly at: number; readonly trained: number; readonly worked: number } | undefined;

  constructor({ todo, kept }: Pick<SweepStart, "todo" | "kept">) {
    this.size = todo.length;
    this.#beginning = kept.size === 0 ? beginningOf(todo) : STARTING;
    this.#runs = new Map(todo.map((run) => [run.id, countedRun(run)]));
    this.#work = [...this.#runs.values()].reduce((sum, { ns }) => sum + ns, 0);
    for (const [id, run] of this.#runs) this.#reach(run, kept.get(id) ?? 0);
  }

  progress({ id }: Pick<AnyRun, "id">, step: number, loss: number): void {
    const run = this.#runs.get(id);
    if (run === undefined) return;
    this.#reach(run, step);
    if (!Number.isNaN(loss)) run.loss = loss;
    this.#start ??= this.#done();
  }

  choosing({ id }: Pick<AnyRun, "id">, tried: number, chosen?: number): void {
    const run = this.#runs.get(id);
    if (run === undefined) return;
    run.tried = tried;
    run.steps = chosen;
    this.#choosing.add(run);
    if (chosen !== undefined) this.#choosing.delete(run);
    this.#reach(run, 0);
    if (tried > 0) this.#start ??= this.#done();
  }

  result(record: RunRecord): void {
    this.ended++;
    const run = this.#runs.get(record.id);
    if (run === undefined) return;
    run.steps = record.steps;
    run.loss = finalLosses(record, "train")?.mean ?? Number.NaN;
    this.#choosing.delete(run);
    this.#reach(run, record.steps);
  }

  get share(): number {
    const share = this.#worked / this.#work;
    return this.ended === this.size || share > 1 - 1e-9 ? 1 : share; // sums are rounded
  }

  /**
   * `training 0.0512`: the mean of the runs' latest training losses, of one in flight by the share that is done, since losses
   * are high at first. Empty before there is one.
   */
  get loss(): string {
    let [sum, shares] = [0, 0];
    for (const { loss, share } of this.#runs.values()) {
      if (Number.isNaN(loss)) continue;
      sum += share * loss;
      shares += share;
    }
    return shares === 0 ? "" : `training ${(sum / shares).toFixed(4)}`;
  }

  /** `5,213 steps/s`; empty before it is known, and after the last step. */
  get rate(): string {
    const since = this.#sinceStart();
    return since && this.share < 1 ? `${thousands((1000 * since.trained) / since.ms)} steps/s` : "";
  }

  /** `0:41 min left`, or what is done where that is not known. */
  get left(): string {
    if (this.share === 1) return this.ended === this.size ? "writing the CSV files" : "computing the final losses";
    if (this.#choosing.size > 0) return `choosing steps of ${numberOf(this.#choosing.size, "run")}`;
    const since = this.#sinceStart();
    if (!since?.worked) return this.#start ? STARTING : this.#beginning;
    return `${duration((since.ms / since.worked) * (this.#work - this.#worked))} left`;
  }

  /** A run is at this step of its training. */
  #reach(run: CountedRun, step: number): void {
    const trained = run.tried + step;
    const share = run.steps === undefined ? 0 : trained / Math.max(1, run.tried + run.steps);
    this.#trained += trained - run.trained;
    this.#worked += (share - run.share) * run.ns;
    Object.assign(run, { trained, share });
  }

  #done() {
    return { at: performance.now(), trained: this.#trained, worked: this.#worked };
  }

  /** What this process has done since it first told of a step, and in how many ms; undefined while that says little. */
  #sinceStart() {
    const [now, start] = [this.#done(), this.#start];
    if (start === undefined || now.at - start.at < 1000 || now.trained === start.trained) return undefined;
    return { ms: now.at - start.at, trained: now.trained - start.trained, worked: now.worked - start.worked };
  }
}
