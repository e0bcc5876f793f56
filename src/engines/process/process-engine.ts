import { availableParallelism } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { CodeFiles } from "../../code/javascript-files.ts";
import { pairsOf } from "../../data/correlation-matrix.ts";
import { UsageError } from "../../errors.ts";
import { type CodeModel, isIn } from "../../models/code.ts";
import { byKind, checkRun } from "../check-run.ts";
import { hasMetrics } from "../diagnosing.ts";
import type { AnyRun, Engine, Hooks, Run, RunResult } from "../engine.ts";
import type { MethodName } from "../methods.ts";
import { trainGroup } from "../train-group.ts";
import type { TrainingPath } from "../training-path.ts";
import type { Adapter } from "./languages.ts";
import { expectUnchanged } from "./model-error.ts";
import { type Found, foundBefore, keepFound } from "./passed-checks.ts";
import { ProcessTrainer, type Together } from "./process-trainer.ts";
import type { Loaded } from "./protocol.ts";
import { agree, expectResumed, trainsInOneCall, tryModel } from "./try-model.ts";
import { codeKey, outliving, WorkerPool } from "./worker-pool.ts";
import { WorkerProcess } from "./worker-process.ts";

/** How long a model may give no sign, in milliseconds. */
interface Patience {
  /** While its file is loaded. */
  readonly load: number;
  /** While it is tried on a few rows. */
  readonly try: number;
  /** Between two steps. */
  readonly train: number;
  /** The unit of a clock that has gone on by one or more before it is tried in another process. */
  readonly tick: number;
}

const PATIENCE: Patience = { load: 60_000, try: 300_000, train: 600_000, tick: 1_000 };

interface ProcessOptions {
  readonly adapter: Adapter;
  /** Where PyTorch computes: `cpu`, the default, or `cuda`. */
  readonly device?: "cpu" | "cuda";
  /** Processes that train at once, each on one core. */
  readonly jobs?: number;
  /**
   * Most runs that a process trains in one call, if their model allows it; the default is 16 on a card and 1 on the CPU,
   * where their last bits would depend on it.
   */
  readonly together?: number;
  readonly patience?: Partial<Patience>;
  /** Whether models are tried for the weights that they give, too. */
  readonly keepsWeights?: boolean;
  readonly note?: (line: string) => void;
}

/** What is known of a model that was loaded and tried. */
interface Prepared extends Found {
  /** By which it was tried. */
  readonly methods: readonly MethodName[];
}

/** A process in other surroundings, and the end of its loading. */
interface Elsewhere {
  readonly process: WorkerProcess;
  readonly loaded: Promise<void>;
}

/** More processes would need much memory. */
const MOST_PLACES = 16;
/** After as many runs in a row that a model itself ended, its others are not begun. */
const MOST_BROKEN = 3;
/** How long runs have to be kept when they are stopped. */
const KEEP_MS = 1000;
/** Timers of Node may end as much early. */
const EARLY_MS = 2;
/** Parameters, gradients, adam's two moments, and what an update makes on its way. */
const COPIES = 6;

/** Trains models in code of one language, and nothing else: a process runs the code of one model, one run after the other. */
export class ProcessEngine implements Engine {
  readonly name: Adapter["engine"];
  readonly keepsStates = true;
  readonly #adapter: Adapter;
  readonly #device: "cpu" | "cuda";
  readonly #places: number;
  readonly #together: number;
  readonly #patience: Patience;
  readonly #keepsWeights: boolean;
  readonly #note: (line: string) => void;
  readonly #pool: WorkerPool;
  /** By models as JSON. */
  readonly #files = new Map<string, CodeFiles>();
  readonly #prepared = new Map<string, Prepared>();
  /** Whether the first model of each code that was tried is deterministic, by `codeKey`. */
  readonly #deterministic = new Map<string, boolean>();

  constructor(options: ProcessOptions) {
    const { adapter, device = "cpu", jobs = availableParallelism(), patience, note = () => {} } = options;
    this.name = adapter.engine;
    this.#adapter = adapter;
    this.#device = device;
    this.#places = Math.min(jobs, MOST_PLACES);
    this.#together = options.together ?? (device === "cuda" ? 16 : 1);
    this.#patience = { ...PATIENCE, ...patience };
    this.#keepsWeights = options.keepsWeights === true;
    this.#note = note;
    this.#pool = new WorkerPool({
      places: this.#places,
      start: (model) => this.#start(model),
      begin: async (worker) => {
        await worker.greet(this.#patience.load);
        await worker.load(this.#patience.load);
      },
      change: (worker, model) => worker.load(this.#patience.load, model),
    });
  }

  /** What computes the first of the models; before one is prepared, only where. */
  get device(): string {
    const [first] = this.#prepared.values();
    return first?.device ?? this.#device;
  }

  /** Of the language and of what its models import. */
  get libraries(): Readonly<Record<string, string>> {
    return Object.assign({}, ...Array.from(this.#prepared.values(), ({ libraries }) => libraries));
  }

  get deterministic(): Readonly<Record<string, boolean>> {
    return this.#ofEach("deterministic");
  }

  get givesWeights(): Readonly<Record<string, boolean>> {
    return this.#ofEach("givesWeights");
  }

  #ofEach(what: "deterministic" | "givesWeights"): Readonly<Record<string, boolean>> {
    const entries = [...this.#prepared].map(([key, known]) => [(JSON.parse(key) as CodeModel).name, known[what]]);
    return Object.fromEntries(entries);
  }

  path(): TrainingPath {
    return "process";
  }

  check(run: AnyRun): void {
    checkRun(this.name, run);
  }

  inOneCall(run: AnyRun): number {
    const isAble = this.#prepared.get(JSON.stringify(run.model))?.inOneCall === true;
    return isAble && !hasMetrics(run) ? this.#together : 1;
  }

  /**
   * Loads the models of runs and tries them by the methods of these, each once. Throws UsageError for one that is none, or
   * whose files have changed.
   */
  async prepare(runs: readonly AnyRun[], signal?: AbortSignal): Promise<void> {
    const methods = new Map<string, Set<MethodName>>();
    for (const { model, training } of byKind(runs).codes) {
      if (!isIn(this.#adapter.language, model)) continue;
      const key = JSON.stringify(model);
      const asked = methods.get(key) ?? new Set(this.#prepared.get(key)?.methods);
      methods.set(key, asked.add(training.method));
    }
    await this.#until({ signal }, async () => {
      for (const [key, asked] of methods) {
        if (asked.size === this.#prepared.get(key)?.methods.length || signal?.aborted) continue;
        const model: CodeModel = JSON.parse(key);
        this.#files.set(key, filesOf(model, this.#adapter));
        const found = await this.#outliving(model, "trying it", () => this.#found(model, [...asked]), signal);
        this.#prepared.set(key, { ...found, methods: [...asked] });
      }
    });
  }

  #start(model: CodeModel, elsewhere = false): WorkerProcess {
    const code = this.#files.get(JSON.stringify(model)) as CodeFiles;
    return new WorkerProcess({ adapter: this.#adapter, model, code, device: this.#device, elsewhere }, this.#note);
  }

  /** What was found out about a model before, if it says the same of its libraries and device; otherwise it is tried. */
  async #found(model: CodeModel, methods: readonly MethodName[]): Promise<Found> {
    const { command } = this.#adapter;
    const weights = this.#keepsWeights && { weights: true };
    const check = { model, methods, command, device: this.#device, together: this.#together, ...weights };
    const before = foundBefore(check);
    const isKnown =
      before !== undefined && (await this.#pool.use(model, async (worker) => this.#saysSame(worker, before)));
    const ofCode = { ...check, model: codeKey(model), methods: [] };
    const found = isKnown ? before : await this.#tried(model, methods, foundBefore(ofCode));
    if (!isKnown) for (const one of [check, ofCode]) keepFound(one, found);
    if (!this.#deterministic.has(codeKey(model))) this.#deterministic.set(codeKey(model), found.deterministic);
    if (!found.deterministic)
      this.#note(
        `model ${model.name}: two trainings with the same seed, or one that resumes, differ, so its runs can't be repeated exactly`,
      );
    return found;
  }

  #saysSame(worker: WorkerProcess, found: Found): boolean {
    return isDeepStrictEqual(found, { ...found, ...this.#saidBy(worker) });
  }

  /** Tries a model twice in one process and, as the first of its code, once in another; `ofCode` is what one was found to be. */
  async #tried(model: CodeModel, methods: readonly MethodName[], ofCode: Found | undefined): Promise<Found> {
    const { try: silentMs, tick } = this.#patience;
    const trial = { silentMs, methods, weights: this.#keepsWeights };
    const known = this.#deterministic.get(codeKey(model));
    let other = known === undefined && ofCode === undefined ? this.#startElsewhere(model) : undefined;
    const tryElsewhere = ({ process, loaded }: Elsewhere) =>
      this.#pool.once(process, async () => {
        await loaded;
        await wait(tick - (Date.now() % tick) + EARLY_MS);
        return tryModel(process, trial);
      });
    try {
      return await this.#pool.use(model, async (worker) => {
        const before = known ?? (ofCode && this.#saysSame(worker, ofCode) ? ofCode.deterministic : undefined);
        if (before === undefined) other ??= this.#startElsewhere(model);
        const first = await tryModel(worker, { ...trial, resumes: true });
        const again = await tryModel(worker, trial);
        const last = other ? await tryElsewhere(other).catch(inOtherSurroundings) : again;
        const deterministic = agree(model, this.#device, first, again, last) && before !== false;
        expectResumed(model, this.#device, first);
        const inOneCall = this.#together > 1 && (await trainsInOneCall(worker, trial));
        const { parameters, size, givesWeights } = first;
        return { ...this.#saidBy(worker), parameters, size, givesWeights, deterministic, inOneCall };
      });
    } finally {
      await other?.process.kill();
    }
  }

  /** Starts a process in other surroundings, which loads a model meanwhile. */
  #startElsewhere(model: CodeModel): Elsewhere {
    const process = this.#start(model, true);
    const { load } = this.#patience;
    const loaded = process.greet(load).then(() => process.load(load));
    loaded.catch(() => {}); // told to who waits for it
    return { process, loaded };
  }

  /** What a loaded model says of itself, with the versions of the packages that it imports, which are in its hash too. */
  #saidBy({ model, loaded }: WorkerProcess): Loaded {
    const { packages } = this.#files.get(JSON.stringify(model)) as CodeFiles;
    const versions = Object.fromEntries(packages.map(({ name, version }) => [name, version]));
    return { ...loaded, libraries: { ...loaded.libraries, ...versions } };
  }

  /** Trains runs of prepared models. What a model does wrong fails its run. */
  async train(runs: readonly AnyRun[], hooks: Hooks): Promise<void> {
    for (const run of runs) this.check(run);
    const queue = byKind(runs).codes;
    await this.prepare(queue, hooks.signal);
    const broken = new Map<string, number>();
    const work = async () => {
      while (!hooks.signal?.aborted && !hooks.noMore?.aborted) {
        const runs = this.#next(queue, hooks);
        if (runs === undefined) return;
        hooks.onBegin?.(runs);
        if (hooks.signal?.aborted) return; // by that hook
        if (runs.length === 1 || !(await this.#trainTogether(runs, hooks)))
          for (const run of runs) if (!hooks.signal?.aborted) await this.#trainOne(run, broken, hooks);
      }
    };
    const places = Math.min(this.#places, queue.length);
    await this.#until(hooks, async () => {
      const ends = await Promise.allSettled(Array.from({ length: places }, work));
      for (const end of ends) if (end.status === "rejected") throw end.reason;
    });
  }

  /**
   * Does `work`; when the signal aborts, its processes end at once, or when their runs are kept, and what it throws then is
   * no error.
   */
  async #until(
    { signal, keeping }: { readonly signal?: AbortSignal | undefined; readonly keeping?: Hooks["keeping"] },
    work: () => Promise<void>,
  ): Promise<void> {
    let late: NodeJS.Timeout | undefined;
    const stop = () => {
      if (keeping) late = setTimeout(() => this.#pool.killBusy(), KEEP_MS);
      else this.#pool.killBusy();
    };
    signal?.addEventListener("abort", stop);
    try {
      if (!signal?.aborted) await work();
    } catch (error) {
      if (!signal?.aborted) throw error;
    } finally {
      clearTimeout(late);
      signal?.removeEventListener("abort", stop);
    }
  }

  /** Takes runs that train together from the queue: those that differ in nothing but their index, as many as there are for each process. */
  #next(queue: Run<CodeModel>[], { keeping }: Hooks): Together | undefined {
    const [first] = queue;
    if (first === undefined) return undefined;
    const settingsOf = ({ model, training }: Run<CodeModel>) => JSON.stringify([model, training]);
    const isNew = ({ id }: Run<CodeModel>) => !keeping?.states.has(id); // one alone is resumed
    const most = isNew(first) ? this.inOneCall(first) : 1;
    const alike = most < 2 ? [first] : queue.filter((run) => isNew(run) && settingsOf(run) === settingsOf(first));
    const runs = alike.slice(0, Math.min(most, Math.ceil(alike.length / this.#places)));
    for (const run of runs) queue.splice(queue.indexOf(run), 1);
    return runs as unknown as Together;
  }

  /** Whether several runs trained, or were stopped: if not, each is to be trained alone, to see whose fault it is. */
  async #trainTogether(runs: Together, hooks: Hooks): Promise<boolean> {
    let results: readonly RunResult[] = [];
    try {
      results = await this.#results(runs, hooks);
    } catch (error) {
      if (hooks.signal?.aborted) return true;
      if (!(error instanceof UsageError)) throw error;
      this.#note(`${error.message}; training its ${runs.length} runs one by one`);
      return false;
    }
    for (const result of results) hooks.onResult(result);
    return true;
  }

  async #trainOne(run: Run<CodeModel>, broken: Map<string, number>, hooks: Hooks): Promise<void> {
    const began = performance.now();
    const { name } = run.model;
    const fail = (failure: string) => hooks.onResult(this.#failed(run, failure, performance.now() - began));
    const before = broken.get(name) ?? 0;
    if (before >= MOST_BROKEN) return fail(`not begun: its model broke in ${MOST_BROKEN} runs before`);
    let results: readonly RunResult[] = [];
    try {
      results = await this.#results([run], hooks);
    } catch (error) {
      if (hooks.signal?.aborted) return;
      if (!(error instanceof UsageError)) throw error;
      broken.set(name, before + 1);
      return fail(error.message.replace(`model ${name}: `, ""));
    }
    broken.set(name, 0);
    for (const result of results) hooks.onResult(result);
  }

  #results(runs: Together, hooks: Hooks): Promise<readonly RunResult[]> {
    const [{ model }] = runs;
    const doing = `training its ${runs.length === 1 ? "run" : `${runs.length} runs`}`;
    const train = () => this.#pool.use(model, (worker) => this.#trained(worker, runs, hooks));
    return this.#outliving(model, doing, train, hooks.signal);
  }

  #outliving<T>(model: CodeModel, doing: string, work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    return outliving(model, { doing, note: this.#note, signal }, work);
  }

  /** Nothing if the signal stopped it. Throws UsageError for what its code does wrong. */
  async #trained(
    worker: WorkerProcess,
    runs: Together,
    { onProgress, signal, keeping, ...kept }: Hooks,
  ): Promise<RunResult[]> {
    const losses = new Map<string, number>();
    const asking = {
      silentMs: this.#patience.train,
      onProgress: (step: number, processorMs?: number) => {
        for (const run of runs)
          onProgress?.(run, step, losses.get(run.id) ?? Number.NaN, runs.length === 1 ? processorMs : undefined);
      },
    };
    let trainer: ProcessTrainer | undefined;
    const create = async () => {
      trainer = await ProcessTrainer.begin(worker, runs, asking, keeping?.states.get(runs[0].id));
      return trainer;
    };
    const results: RunResult[] = [];
    const hooks: Hooks = {
      ...(keeping && { keeping, ...(signal && { signal }) }),
      ...(kept.keepParameters && { keepParameters: true }),
      ...(kept.keepPredictions && { keepPredictions: true }),
      ...(kept.measure && { measure: kept.measure }),
      onResult: (result) => results.push(result),
      onProgress: ({ id }, _, latest) => losses.set(id, latest),
    };
    await trainGroup(create, { runs, places: [...runs.keys()] }, hooks, worker.loaded.device);
    return results.map((result) => ({ ...result, parameterCount: trainer?.size ?? 0 }));
  }

  #failed(run: Run<CodeModel>, failure: string, elapsedMs: number): RunResult {
    const { size, device } = this.#known(run.model);
    return {
      run,
      failure,
      elapsedMs,
      device,
      curve: { steps: [], train: [], heldout: [] },
      labelCorrelations: pairsOf(run.model.tasks).map(() => Number.NaN),
      parameterCount: size,
    };
  }

  /** What is known of a prepared model. Throws RangeError for another. */
  #known(model: CodeModel): Prepared {
    const prepared = this.#prepared.get(JSON.stringify(model));
    if (prepared === undefined) throw new RangeError(`model ${model.name}: expected a prepared model`);
    return prepared;
  }

  /** Of the largest runs that may train at once: rows here, and processes. */
  memoryBytes(runs: readonly AnyRun[]): number {
    const bytes = byKind(runs).codes.map(
      ({ model, training }) =>
        this.#adapter.processBytes +
        4 * rowCount(training) * (model.inputs + model.tasks) +
        4 * COPIES * this.#known(model).size,
    );
    const largest = bytes.sort((a, b) => b - a).slice(0, this.#places * this.#together);
    return largest.reduce((sum, one) => sum + one, 0);
  }

  dispose(): Promise<void> {
    return this.#pool.dispose();
  }
}

/** A model's files. Throws UsageError if they have changed. */
function filesOf(model: CodeModel, adapter: Adapter): CodeFiles {
  const code = adapter.filesOf(model);
  expectUnchanged(model, code);
  return code;
}

/** An error of the second trial, if the first has none, is of what is other there. */
function inOtherSurroundings(error: unknown): never {
  if (!(error instanceof UsageError)) throw error;
  throw new UsageError(`${error.message}; this only in another process, working folder and environment`);
}

function rowCount({ trainRows, heldoutRows }: AnyRun["training"]): number {
  return heldoutRows + (trainRows === "fresh" ? 0 : trainRows);
}

/** What a model says of itself, and its parameters by name, from a process that ends with it. */
export async function describeInProcess(
  model: CodeModel,
  adapter: Adapter,
  note: (line: string) => void = () => {},
): Promise<Pick<Prepared, "about" | "parameters" | "size">> {
  const worker = new WorkerProcess({ adapter, model, code: filesOf(model, adapter), device: "cpu" }, note);
  try {
    await worker.greet(PATIENCE.load);
    await worker.load(PATIENCE.load);
    const { parameters, size } = await tryModel(worker, { silentMs: PATIENCE.try, methods: ["sum"] });
    return { about: worker.loaded.about, parameters, size };
  } finally {
    await worker.kill();
  }
}
