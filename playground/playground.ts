import { addressOf, type PlayModel, type PlaySettings, possible, settingsIn } from "../src/config/playground.ts";
import type { GeneratedRun } from "../src/engines/engine.ts";
import type { Point } from "../src/figures/draw/series.ts";
import { mean } from "../src/stats/moments.ts";
import { SHOWN_LOSSES, type ShownLoss, shownLosses } from "./loss-figures.ts";
import { Pool } from "./pool.ts";
import { Probe, type Reading } from "./probe.ts";
import type { EndedRuns } from "./run-histogram.ts";
import { playRuns } from "./runs.ts";
import stops from "./tour.yaml";
import type { FromWorker, Progress } from "./worker.ts";

/** Runs of each model in the histogram. */
export const MANY = 20;

/** What is shown of that which is trained. */
interface View {
  readonly loss: ShownLoss;
  readonly log: boolean;
  /** The stop of the tour, from 0; null if nobody is on it. */
  readonly stop: number | null;
}

const FIRST_LOSS: ShownLoss = "train";

/** A stop of the tour: a state of the page. */
export interface Stop {
  readonly title: string;
  /** The state, as an address says it. */
  readonly shows: string;
  readonly sentences: readonly string[];
  /** The part of the page to look at, by its id. */
  readonly part: string;
  /** A change to try, as a button of the stop. */
  readonly attempt?: { readonly words: string; readonly shows: string };
}

export const STOPS: readonly Stop[] = stops;

/** A model in training. */
export interface Live {
  readonly run: GeneratedRun;
  /** As it was chosen. */
  readonly model: PlayModel;
  readonly progress: Progress | undefined;
  readonly reading: Reading | undefined;
  /** Of the final parameters. */
  readonly fingerprint: string | undefined;
}

export class Playground {
  settings: PlaySettings;
  view: View;
  lives: readonly Live[] = [];
  /** Where held-out rows lie along the tasks' directions, [K][rows]. */
  places: readonly Float32Array[] = [];
  /** Runs that have ended: the one that is shown, and many. */
  ended: readonly { readonly run: GeneratedRun; readonly progress: Progress }[] = [];
  trouble = "";
  readonly defaults: PlaySettings;
  /** Whether many runs are asked for. */
  hasMany = false;
  /** Steps a second of each model that is shown, while its worker trains. */
  pace = 0;
  readonly #pool: Pool;
  readonly #changed: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(defaults: PlaySettings, address: string, changed: () => void) {
    this.defaults = defaults;
    this.#changed = changed;
    this.settings = this.#settingsAt(address);
    this.view = viewIn(address);
    this.#pool = new Pool({
      onProgress: (runs, message) => this.#hear(runs, message),
      onTrouble: (words) => {
        this.trouble = words;
        changed();
      },
    });
    this.#begin();
  }

  get isTraining(): boolean {
    return !this.#pool.paused && !this.#pool.isIdle;
  }

  get isDone(): boolean {
    return this.#pool.isIdle;
  }

  /** The address of this state, without its sign. */
  get address(): string {
    const { loss, log, stop } = this.view;
    const shown = [
      ...(loss === FIRST_LOSS ? [] : [`loss=${loss}`]),
      ...(log ? ["scale=log"] : []),
      ...(stop === null ? [] : [`tour=${stop + 1}`]),
    ];
    return [addressOf(this.settings, this.defaults), ...shown].filter((part) => part !== "").join("&");
  }

  /** Begins to train other settings; soon, as a slider may move on. */
  change(settings: Partial<PlaySettings>): void {
    this.settings = possible({ ...this.settings, ...settings });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#begin(), 120);
    this.#changed();
  }

  show(view: Partial<View>): void {
    this.view = { ...this.view, ...view };
    this.#changed();
  }

  /** Whether settings differ from those of the tour's present stop. */
  get isBesideStop(): boolean {
    const stop = STOPS[this.view.stop ?? -1];
    return stop !== undefined && addressOf(this.settings, this.#settingsAt(stop.shows)) !== "";
  }

  /** Goes to a stop of the tour, and trains what it shows. */
  visit(stop: number): void {
    this.#beginAt(`${STOPS[stop].shows}&tour=${stop + 1}`);
    this.train(true);
  }

  /** Changes what an address says, and nothing else. */
  attempt(address: string): void {
    this.change(settingsIn(new URLSearchParams(address), this.settings));
  }

  /** Shows what an address says. */
  goTo(address: string): void {
    if (address !== this.address) this.#beginAt(address);
  }

  train(on: boolean): void {
    this.#pool.pause(!on);
    this.#changed();
  }

  /** From the first step again. */
  reset(): void {
    this.#begin();
  }

  /** Trains many runs of each model, after those that are shown. */
  trainMany(): void {
    if (!this.hasMany) {
      this.hasMany = true;
      for (let index = 0; index < MANY; index++)
        if (index !== this.settings.run) this.#pool.add(playRuns(this.settings, index), false);
    }
    this.train(true);
  }

  /** Final held-out losses of the first runs of a model that have ended, mean over tasks; infinite if a run failed. */
  finals(name: string): EndedRuns["finals"] {
    return this.#endedOf(name).map(({ run, progress: { curve, failure } }) => {
      const loss = failure === undefined ? mean(curve.heldout.at(-1) ?? []) : Number.POSITIVE_INFINITY;
      return { run: run.index, loss };
    });
  }

  /** The mean loss of a model over its ended runs and all tasks, at each evaluation; none before many runs. */
  meanLosses(name: string, loss: ShownLoss): readonly Point[] {
    const own = this.#endedOf(name).filter(({ progress }) => progress.failure === undefined);
    const steps = own[0]?.progress.curve.steps ?? [];
    if (own.length < 2) return [];
    const losses = own.map(({ progress }) => shownLosses(progress.curve, loss));
    return steps.map((step, i) => ({ x: step, y: mean(losses.map((one) => mean(one[i]))) }));
  }

  #endedOf(name: string) {
    const own = this.ended.filter(({ run }) => run.model.name === name && run.index < MANY);
    return own.toSorted((a, b) => a.run.index - b.run.index);
  }

  #settingsAt(address: string): PlaySettings {
    return settingsIn(new URLSearchParams(address), this.defaults);
  }

  #beginAt(address: string): void {
    this.settings = this.#settingsAt(address);
    this.view = viewIn(address);
    this.#begin();
  }

  #begin(): void {
    clearTimeout(this.#timer);
    this.#pool.clear();
    this.ended = [];
    this.hasMany = false;
    const runs = playRuns(this.settings, this.settings.run);
    this.places = new Probe(runs[0]).places;
    this.lives = runs.map((run, i) => {
      const model = this.settings.models[i];
      return { run, model, progress: undefined, reading: undefined, fingerprint: undefined };
    });
    this.#pool.add(runs, true);
    this.#changed();
  }

  #hear(runs: readonly GeneratedRun[], { done, trainingMs, runs: progress }: FromWorker): void {
    const [first, step] = [runs[0], progress[0]?.step ?? 0];
    if (first.index === this.settings.run && trainingMs > 0) this.pace = (1000 * step) / trainingMs;
    for (const [i, run] of runs.entries()) {
      const now = progress[i];
      if (done) this.ended = [...this.ended, { run, progress: now }];
      this.lives = this.lives.map((live) =>
        live.run.id === run.id ? { ...live, progress: now, reading: now.reading ?? live.reading } : live,
      );
      if (now.parameters) void this.#sign(run.id, now.parameters);
    }
    this.#changed();
  }

  async #sign(id: string, parameters: Float32Array): Promise<void> {
    const fingerprint = await fingerprintOf(parameters);
    this.lives = this.lives.map((live) =>
      live.run.id === id && live.progress?.parameters === parameters ? { ...live, fingerprint } : live,
    );
    this.#changed();
  }
}

function viewIn(address: string): View {
  const said = new URLSearchParams(address);
  const loss = SHOWN_LOSSES.find((name) => name === said.get("loss"));
  const stop = Number(said.get("tour")) - 1;
  return { loss: loss ?? FIRST_LOSS, log: said.get("scale") === "log", stop: STOPS[stop] ? stop : null };
}

/** SHA-256 of parameters in canonical order, float32 in little-endian bytes: the same for the same run on any machine. */
async function fingerprintOf(parameters: Float32Array): Promise<string> {
  const bytes = new Uint8Array(parameters.buffer, parameters.byteOffset, parameters.byteLength);
  const digest = await crypto.subtle.digest("SHA-256", Uint8Array.from(bytes));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
