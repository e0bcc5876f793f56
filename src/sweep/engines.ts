import { MMOE } from "../called-as.ts";
import { didYouMean } from "../config/suggest.ts";
import { findBinding, isForCards } from "../cuda/binding.ts";
import { mayHaveCard } from "../cuda/cards.ts";
import type { Env } from "../cuda/home.ts";
import { chooseKernels } from "../engines/cpu/choose-kernels.ts";
import { KERNEL_CHOICES, type KernelChoice, type KernelSet } from "../engines/cpu/kernel-sets.ts";
import { availableKernels } from "../engines/cpu/native.ts";
import { type AnyRun, type Engine, engineWith, type Hooks } from "../engines/engine.ts";
import { findPython } from "../engines/process/find-python.ts";
import type { Adapter } from "../engines/process/languages.ts";
import { UsageError } from "../errors.ts";
import { type CodeModel, isCode, isIn, LANGUAGES, type Language, languageOf } from "../models/code.ts";
import { withEarlyStopping } from "./early-stopping.ts";

/** `auto` is `cuda` if it is set up, a card is visible and no kernels of the cpu engine are asked for; else `cpu`. */
export const ENGINE_NAMES = ["auto", "cpu", "cuda", "tfjs"] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

export const TFJS_BACKENDS = ["wasm", "cpu", "tensorflow"] as const;
export type TfjsBackend = (typeof TFJS_BACKENDS)[number];

export const CODE_DEVICES = ["cpu", "cuda"] as const;
type CodeDevice = (typeof CODE_DEVICES)[number];

export interface EngineOptions {
  /** Worker threads, which train on the cpu engine and make rows for TensorFlow; by default the cores of this process. */
  readonly jobs?: number | undefined;
  /** The cpu engine's kernels: by default what MMOE_KERNELS says, else `auto`. With a set, `auto` is the cpu engine. */
  readonly kernels?: KernelChoice | undefined;
  /** What the tfjs engine computes on. */
  readonly backend?: TfjsBackend | undefined;
  /** The Python of models in Python: by default that of MMOE_PYTHON, of the active virtual environment or the PATH. */
  readonly python?: string | undefined;
  /** Where models in code compute: by default on the card with engine `cuda`, else on the CPU. */
  readonly device?: CodeDevice | undefined;
  /** Whether the runs' weights will be kept: models in code are then tried for them, too. */
  readonly keepsWeights?: boolean | undefined;
  /** Let the cuda engine compute on the CPU if it sees no card. */
  readonly allowCpu?: boolean;
  readonly env?: Env;
  /** Called with what is decided here and by the engine. */
  readonly note?: (line: string) => void;
}

/**
 * Loads one engine; the others' code stays on disk. It trains all members of the family. Models in code have an engine of
 * their own for each language, beside any.
 */
export async function loadEngine(
  name: EngineName,
  options: EngineOptions = {},
  runs: readonly AnyRun[] = [],
): Promise<Engine> {
  const trains = await engineFor(name, options, runs);
  const engine = runs.some(({ metrics }) => metrics) ? await withMetrics(trains, options) : trains;
  return runs.some(({ stopping }) => stopping) ? withEarlyStopping(engine) : engine;
}

/** The engine, with processes that compute the user's metrics. */
export async function withMetrics(engine: Engine, options: EngineOptions): Promise<Engine> {
  const { MetricProcesses } = await import("../engines/process/metric-processes.ts");
  const metrics = new MetricProcesses(await adapterOf("Python", options), options.note);
  return engineWith(engine, {
    prepare: async (runs, signal) => {
      await metrics.tryAll(runs);
      await engine.prepare?.(runs, signal);
    },
    train: (runs, hooks) => engine.train(runs, { ...hooks, measure: metrics.measure }),
    dispose: async () => {
      await metrics.dispose();
      await engine.dispose();
    },
  });
}

async function engineFor(name: EngineName, options: EngineOptions, runs: readonly AnyRun[]): Promise<Engine> {
  const { device = name === "cuda" ? "cuda" : "cpu" } = options;
  const languages = LANGUAGES.filter((language) => runs.some(({ model }) => isIn(language, model)));
  const others = runs.filter(({ model }) => !isCode(model));
  const engines = await Promise.all(languages.map((language) => processEngine(language, { ...options, device })));
  const main = others.length > 0 || runs.length === 0 ? await familyEngine(name, options) : engines.shift();
  return engines.reduce(
    (beside, engine) =>
      sideBySide(beside, engine, ({ model }) => isCode(model) && engine.name === ENGINE_OF[languageOf(model)]),
    main as Engine,
  );
}

/** The engines' names, by the language of the models that they train. */
export const ENGINE_OF = { Python: "python", JavaScript: "node" } as const satisfies Record<Language, string>;

/** For models in code of one language alone. */
export async function processEngine(language: Language, options: EngineOptions): Promise<Engine> {
  const { jobs, device = "cpu", keepsWeights = false, note = () => {} } = options;
  const { ProcessEngine } = await import("../engines/process/process-engine.ts");
  const adapter = await adapterOf(language, options);
  return new ProcessEngine({ adapter, device, keepsWeights, note, ...(jobs !== undefined && { jobs }) });
}

/** What starts workers of a language. */
async function adapterOf(language: Language, { python, env = process.env }: DescribeOptions): Promise<Adapter> {
  const { nodeAdapter, pythonAdapter } = await import("../engines/process/languages.ts");
  return language === "Python" ? pythonAdapter(findPython(python, env), env) : nodeAdapter();
}

async function familyEngine(name: EngineName, options: EngineOptions): Promise<Engine> {
  if (name === "auto") return autoEngine(options);
  const { jobs, backend = "wasm", allowCpu = false, note = () => {} } = options;
  const threads = jobs === undefined ? {} : { jobs };
  if (name === "tfjs") {
    const { createTfjsEngine } = await import("../engines/tfjs/tfjs-engine.ts");
    return createTfjsEngine({ backend, note, ...threads });
  }
  if (name === "cuda") {
    const { createCudaEngine } = await import("../engines/tfjs/tfjs-engine.ts");
    return createCudaEngine({ allowCpu, note, ...threads });
  }
  const { CpuEngine } = await import("../engines/cpu/cpu-engine.ts");
  return new CpuEngine({ kernels: kernelSet(options), note, ...threads });
}

const CPU_INSTEAD = "training on the cpu engine";

/** Without a card nobody waits: TensorFlow is loaded only if files say that there is a card. */
async function autoEngine(options: EngineOptions): Promise<Engine> {
  const { env = process.env, kernels = "auto", note = () => {} } = options;
  if (kernels !== "auto") return loadEngine("cpu", options);
  const binding = findBinding(env);
  if (!mayHaveCard(env)) {
    if (binding !== undefined && isForCards(binding)) note(`no NVIDIA card is visible; ${CPU_INSTEAD}`);
    return loadEngine("cpu", options);
  }
  if (binding === undefined || !isForCards(binding)) {
    note(`a GPU is here, unused: ${MMOE} cuda setup makes mmoe train on it`);
    return loadEngine("cpu", options);
  }
  try {
    return await loadEngine("cuda", { ...options, allowCpu: false });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    note(`${error.message}; ${CPU_INSTEAD}`);
    return loadEngine("cpu", options);
  }
}

/**
 * `main`, and at the same time `other` for the runs that `goesBeside` names. Results say which of them trained. If one fails, both
 * stop. An engine that keeps states keeps those of its runs; runs of one that does not begin again.
 */
export function sideBySide(main: Engine, other: Engine, goesBeside: (run: AnyRun) => boolean): Engine {
  const engineFor = (run: AnyRun) => (goesBeside(run) ? other : main);
  const parts = (runs: readonly AnyRun[]) =>
    [main, other]
      .map((engine): Part => [engine, runs.filter((run) => engineFor(run) === engine)])
      .filter(([, own]) => own.length > 0);
  return {
    name: main.name,
    device: main.device,
    get libraries() {
      return { ...main.libraries, ...other.libraries };
    },
    get deterministic() {
      return { ...main.deterministic, ...other.deterministic };
    },
    get givesWeights() {
      return { ...main.givesWeights, ...other.givesWeights };
    },
    get beside() {
      return [...(main.beside ?? []), { name: other.name, device: other.device }];
    },
    ...(main.workers !== undefined && { workers: main.workers }),
    keepsStates: main.keepsStates || other.keepsStates,
    path: (run) => engineFor(run).path(run),
    check: (run) => engineFor(run).check(run),
    inOneCall: (run) => engineFor(run).inOneCall?.(run) ?? 1,
    prepare: async (runs, signal) => {
      await main.prepare?.(runs, signal);
      await other.prepare?.(runs, signal);
    },
    train: (runs, hooks) => trainParts(parts(runs), hooks),
    memoryBytes: (runs) => parts(runs).reduce((sum, [engine, own]) => sum + engine.memoryBytes(own), 0),
    dispose: async () => {
      await Promise.all([main.dispose(), other.dispose()]);
    },
  };
}

type Part = readonly [Engine, readonly AnyRun[]];

async function trainParts(parts: readonly Part[], hooks: Hooks): Promise<void> {
  const giveUp = new AbortController();
  const signal = AbortSignal.any([giveUp.signal, ...(hooks.signal ? [hooks.signal] : [])]);
  let failure: { readonly error: unknown } | undefined;
  await Promise.all(
    parts.map(async ([engine, runs]) => {
      const onResult: Hooks["onResult"] = (result) => hooks.onResult({ engine: engine.name, ...result });
      await engine.train(runs, { ...hooksFor(engine, hooks), signal, onResult }).catch((error: unknown) => {
        failure ??= { error };
        giveUp.abort();
      });
    }),
  );
  if (failure) throw failure.error;
}

/** An engine that keeps its runs may begin any, even if they can't end in time; one that does not is told to keep none. */
function hooksFor({ keepsStates }: Engine, { keeping, noMore, onBegin, ...hooks }: Hooks): Hooks {
  if (keeping && keepsStates) return { ...hooks, keeping };
  return { ...hooks, ...(noMore && { noMore }), ...(onBegin && { onBegin }) };
}

const VARIABLE = "MMOE_KERNELS";

let toldWhyNotNative = false;

/**
 * The kernels that the cpu engine trains on. If the user chose none, a note says once a process why they are not native.
 * Throws UsageError for kernels that do not run here.
 */
export function kernelSet({
  kernels,
  env = process.env,
  note = () => {},
}: Pick<EngineOptions, "kernels" | "env" | "note"> = {}): KernelSet {
  const variable = env[VARIABLE] || "auto";
  const choice = KERNEL_CHOICES.find((one) => one === (kernels ?? variable));
  if (choice === undefined) {
    const known = `expected one of ${KERNEL_CHOICES.join(", ")}`;
    throw new UsageError(`${VARIABLE}: ${known}, got '${variable}'${didYouMean(variable, KERNEL_CHOICES)}`);
  }
  if (choice === "wasm") return choice; // native kernels are not loaded: they may be what is broken
  const here = availableKernels();
  if (choice === "auto" && here.problem !== undefined && !toldWhyNotNative) {
    toldWhyNotNative = true;
    note(`${here.problem}; training on WebAssembly, which is slower (--kernels wasm leaves out this line)`);
  }
  return chooseKernels(choice, kernels === undefined ? VARIABLE : "--kernels", here);
}

/** What is known of a model in code once its file is loaded. */
interface DescribedModel {
  readonly about?: string | undefined;
  /** How many numbers each of its parameters has, by name. */
  readonly parameters: Readonly<Record<string, number>>;
  readonly size: number;
}

export type DescribeOptions = Pick<EngineOptions, "python" | "env">;

/** Loads a model in code, in a process that ends with it. Throws UsageError for what is no model. */
export async function describeModel(model: CodeModel, options: DescribeOptions = {}): Promise<DescribedModel> {
  const { describeInProcess } = await import("../engines/process/process-engine.ts"); // other plans need no process
  return describeInProcess(model, await adapterOf(languageOf(model), options));
}
