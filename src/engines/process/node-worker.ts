// The worker of a model in JavaScript: does what mmoe orders over descriptor 3, as src/engines/process/README.md says.
import { ftruncateSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { deserialize, serialize } from "node:v8";
import { Worker } from "node:worker_threads";
import { philox } from "../../random/philox.ts";
import { rateAt } from "../learning-rate.ts";
import { watchImports } from "./node-hooks.ts";
import type { ModelSettings, OwnTrainer } from "./node-model.ts";
import type { SentSettings } from "./protocol.ts";

const PROTOCOL = 8;
/** Messages of progress come no faster. */
const PROGRESS_MS = 100;
const WANTED = "a class with step(x, y) and predict(x)";
/** Bytes of a number, and of the length before a saved state. */
const [FLOAT, HEAD] = [4, 8];
/** Characters that are told of an error's text. */
const LONGEST = 1_000;

const channel = new Socket({ fd: 3 });
let [id, file, rows, state, loads] = ["", "", -1, -1, 0];
let onCard = false;
let settings: ModelSettings;
let trainer: OwnTrainer | undefined;
/** What no call of ours caught: of the model's timers and promises. */
let uncaught: { readonly error: unknown } | undefined;

function tell(message: object): void {
  channel.write(`${JSON.stringify({ id, ...message })}\n`);
}

/** A run's settings in a model's words. */
function settingsOf({ schedule: sent, seed, categories, ...run }: SentSettings): ModelSettings {
  const { huber_delta: huberDelta, weight_decay: weightDecay, clip_norm: clipNorm, ...named } = run;
  const { embedding_steps: embeddingSteps, ...others } = named;
  const { decay_steps: decaySteps, decay_factor: decayFactor, ...schedule } = sent;
  const rated = { lr: run.lr, schedule: { ...schedule, decaySteps, decayFactor } };
  return {
    ...others,
    ...rated,
    seed: BigInt(seed),
    huberDelta,
    weightDecay,
    clipNorm,
    embeddingSteps,
    lrAt: (step) => rateAt(rated, step),
    outputs: run.kinds.map(({ outputs }) => outputs),
    categories: new Map(categories.map((values, i) => [run.inputs - categories.length + i, values])),
  };
}

/** On Windows, where no shell watches: a process whose mmoe was killed, and whose model never returns, would compute forever. */
const WATCH = `const lock = new Int32Array(new SharedArrayBuffer(4));
while (process.ppid === ${process.ppid}) Atomics.wait(lock, 0, 0, 1000);
process.kill(process.pid, "SIGKILL");`;

const ORDERS = {
  hello(order: { protocol: number; rows: string; state: string }) {
    if (order.protocol !== PROTOCOL) throw new Error(`expected protocol ${PROTOCOL}, got ${order.protocol}`);
    [rows, state] = [openSync(order.rows, "r+"), openSync(order.state, "r+")];
    return { protocol: PROTOCOL, language: `Node ${process.versions.node}` };
  },

  async load({ model }: { model: { file: string; files: { path: string; sha256: string }[]; device: string } }) {
    file = model.files[0]?.path ?? model.file;
    onCard = model.device !== "cpu";
    watchImports(model.files);
    const { about = "" } = await modelClass();
    const version = process.versions.node;
    return { about: String(about), libraries: { node: version }, device: `node ${version}` };
  },

  async begin({ runs: [run, ...others] }: { runs: [SentSettings, ...SentSettings[]] }) {
    if (others.length > 0) throw new Error("expected one run: several do not train together");
    trainer = undefined;
    settings = settingsOf(run);
    drawFrom(settings.seed);
    const made = await modelClass();
    if (settings.categories.size > 0 && made.categories !== true) throw new Error(noCategories(settings.categories));
    const model: OwnTrainer = await new made(settings.inputs, settings.tasks, settings);
    for (const name of ["step", "predict"] as const)
      if (typeof model?.[name] !== "function") throw new Error(`expected ${WANTED}, got no ${name}`);
    const { method } = settings;
    if (method !== "sum" && model.method !== method)
      throw new Error(`method ${method}: a model in JavaScript trains by it only if its field \`method\` says so`);
    if (settings.weighted && model.step.length < 3)
      throw new Error(
        "step: the rows have weights: expected step(x, y, weights), no argument with a default, which multiplies losses by weights [B, K]",
      );
    trainer = model;
    const { parameterCount: all } = model;
    if (all !== undefined && !(Number.isSafeInteger(all) && all >= 0))
      throw new Error(`parameterCount: expected a whole number from 0, got ${all}`);
    const keepsState = typeof model.stateDict === "function" && typeof model.loadStateDict === "function";
    const givesWeights = typeof model.weights === "function";
    return { parameters: all === undefined ? {} : { all }, keepsState, givesWeights };
  },

  async train({ at, steps }: { at: number; steps: number }) {
    const { batch: B, inputs: D, tasks: K, kinds } = settings;
    const [x, y] = [read(at, steps * B * D), read(at + FLOAT * steps * B * D, steps * B * K)];
    const weights = settings.weighted ? read(at + FLOAT * steps * B * (D + K), y.length) : undefined;
    const losses = new Float32Array(steps * K);
    let told = performance.now();
    for (let step = 0; step < steps; step++) {
      const labels = y.subarray(step * B * K, (step + 1) * B * K);
      const hasLabel = kinds.map((_, k) => labels.some((value, i) => i % K === k && !Number.isNaN(value)));
      const counts = weights?.subarray(step * B * K, (step + 1) * B * K);
      const given = await (trainer as OwnTrainer).step(x.subarray(step * B * D, (step + 1) * B * D), labels, counts);
      const found = numbersIn("step", given, K).map((loss, k) => (hasLabel[k] ? loss : 0));
      losses.set(found, step * K);
      if (performance.now() - told < PROGRESS_MS) continue;
      told = performance.now();
      tell({ progress: step + 1, ...time() });
    }
    write(rows, at + FLOAT * (x.length + y.length + (weights?.length ?? 0)), losses);
    return time();
  },

  async predict({ at, rows: N }: { at: number; rows: number }) {
    const x = read(at, N * settings.inputs);
    const O = settings.outputs.reduce((sum, outputs) => sum + outputs, 0);
    write(rows, at + FLOAT * x.length, numbersIn("predict", await (trainer as OwnTrainer).predict(x), N * O));
    return {};
  },

  inspect: () => ({}),

  /** Float32 numbers, one array after the other. */
  async weights() {
    const given: unknown = await (trainer as OwnTrainer).weights?.();
    if (typeof given !== "object" || given === null)
      throw new Error(`weights: expected an object of arrays of numbers, got ${given}`);
    const arrays = Object.entries(given).map(([name, value]) => {
      if (["__metadata__", "__proto__"].includes(name))
        // of safetensors and JavaScript
        throw new Error(`weights: expected another name of an array, a text, got '${name}'`);
      const shape = shapeOf(value);
      if (!hasShape(value, shape))
        throw new Error(`weights: ${name}: expected an array of numbers, got lists of several lengths`);
      const count = shape.reduce((product, size) => product * size, 1);
      const numbers = numbersIn(`weights: ${name}`, value, count);
      if (numbers.some(Number.isNaN)) throw new Error(`weights: ${name}: expected numbers, got what is none`);
      return { name, shape, numbers };
    });
    if (arrays.length === 0) throw new Error("weights: expected an object of arrays of numbers, got none");
    let at = 0;
    const tensors = arrays.map(({ name, shape, numbers }) => {
      write(state, at, numbers);
      const data_offsets = [at, at + FLOAT * numbers.length];
      at += FLOAT * numbers.length;
      return [name, { dtype: "F32", shape, data_offsets }] as const;
    });
    return { tensors: Object.fromEntries(tensors), bytes: at };
  },

  /** The state's length, the state by V8's structured clone, and zeros up to a multiple of 4 bytes. */
  async save() {
    const model = await trainer?.stateDict?.();
    if (model === undefined || model === null) throw new Error(`stateDict: expected a state, got ${model}`);
    const content = stored({ model, draws });
    const whole = Buffer.alloc(HEAD + FLOAT * Math.ceil(content.length / FLOAT));
    whole.writeBigUInt64LE(BigInt(content.length));
    whole.set(content, HEAD);
    ftruncateSync(state);
    write(state, 0, whole);
    return { bytes: whole.length };
  },

  async restore({ bytes }: { bytes: number }) {
    const whole = Buffer.from(read(0, bytes / FLOAT, state).buffer);
    const saved = deserialize(whole.subarray(HEAD, HEAD + Number(whole.readBigUInt64LE())));
    await trainer?.loadStateDict?.(saved.model);
    draws = saved.draws;
    return {};
  },
};

/** By V8's structured clone, which takes no functions, among others. */
function stored(state: object): Buffer {
  try {
    return serialize(state);
  } catch (error) {
    throw new Error(`stateDict: expected what structuredClone copies: ${(error as Error).message}`);
  }
}

/** The model's class, of modules that no run before has touched. */
interface ModelClass {
  new (...of: unknown[]): OwnTrainer;
  readonly about?: unknown;
  readonly categories?: unknown;
}

function noCategories(categories: ModelSettings["categories"]): string {
  const [first, ...more] = categories.keys();
  const which = more.length > 0 ? `inputs ${first} to ${more.at(-1)} are numbers` : `input ${first} is the number`;
  return `${which} of a column's values, which a class reads by settings.categories if it has \`static categories = true\`; else leave the column out, or give --one-hot`;
}

async function modelClass(): Promise<ModelClass> {
  const url = `${pathToFileURL(file).href}?mmoe=${++loads}`;
  const { default: made } = await import(url);
  if (typeof made === "function") return made;
  throw new Error(`expected ${WANTED} as the default export`);
}

let [key, draws]: [readonly [number, number], number] = [[0, 0], 0];

/** From now on, `Math.random` gives numbers that follow from a seed. */
function drawFrom(seed: bigint): void {
  [key, draws] = [[Number(seed & 0xffffffffn), Number(seed >> 32n)], 0];
  const words = new Uint32Array(4);
  Math.random = () => {
    philox(words, key, draws % 2 ** 32, Math.floor(draws / 2 ** 32), 0);
    draws++;
    return (words[0] * 2 ** 21 + (words[1] >>> 11)) * 2 ** -53;
  };
}

/** Numbers of a file from a byte on, in memory that is the model's own. */
function read(at: number, count: number, from = rows): Float32Array {
  const bytes = new Uint8Array(FLOAT * count);
  if (readSync(from, bytes, 0, bytes.length, at) < bytes.length) throw new Error("the file of rows has been cut");
  return new Float32Array(bytes.buffer);
}

function write(to: number, at: number, values: Float32Array | Buffer): void {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  for (let done = 0; done < bytes.length; ) done += writeSync(to, bytes, done, bytes.length - done, at + done);
}

/** The numbers that a model returns: an array, of arrays too, or a typed array. What is no number is NaN, null too. */
function numbersIn(method: string, value: unknown, count: number): Float32Array {
  if (!isList(value)) throw new Error(`${method}: expected an array of ${count} numbers, got ${typeof value}`);
  const numbers = Float32Array.from(Array.isArray(value) ? flattened(value) : (value as Float32Array));
  if (numbers.length !== count) throw new Error(`${method}: expected ${count} numbers, got ${numbers.length}`);
  return numbers;
}

function flattened(value: readonly unknown[]): number[] {
  return value.flatMap((each) => {
    if (Array.isArray(each)) return flattened(each);
    return ArrayBuffer.isView(each) ? Array.from(each as Float32Array) : [typeof each === "number" ? each : Number.NaN];
  });
}

/** The shape of nested arrays by the first of each; a typed array has one axis. */
function shapeOf(value: unknown): number[] {
  return isList(value) ? [value.length, ...shapeOf(value[0])] : [];
}

function hasShape(value: unknown, [size, ...inner]: readonly number[]): boolean {
  if (!isList(value) || size === undefined) return !isList(value) && size === undefined;
  return value.length === size && Array.prototype.every.call(value, (each) => hasShape(each, inner));
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);
}

/** What this process has computed so far; nothing where a card computes. */
function time(): object {
  const { user, system } = process.cpuUsage();
  return onCard ? {} : { processorMs: (user + system) / 1000 };
}

/** An error with the line that it passed through last of the model's files; a syntax error has it on top. */
function described(error: unknown): object {
  const { stack = "", message: text } = error instanceof Error ? error : { message: `threw ${error}` };
  const message = String(text).slice(0, LONGEST);
  const [, url, line] = /(file:\/\/[^\s?]+)\?mmoe=\d+:(\d+)/.exec(stack) ?? [];
  const kind = error instanceof RangeError && /allocation failed/.test(message) ? "memory" : "author";
  if (url === undefined) return { kind, message };
  const path = fileURLToPath(url);
  const code = readFileSync(path, "utf8").split("\n")[Number(line) - 1]?.trim();
  return { kind, message, file: path, line: Number(line), code };
}

const { kill } = process;
process.kill = (pid, signal) => {
  if (pid === process.ppid) throw new Error("process.kill is not for mmoe's own process");
  return kill(pid, signal);
};
process.on("uncaughtException", (error) => {
  uncaught = { error };
  if (id !== "") tell({ error: described(error) });
});
channel.on("end", () => process.exit()); // mmoe's end closes it
if (process.platform === "win32") new Worker(WATCH, { eval: true }).unref();

for await (const line of createInterface({ input: channel })) {
  const { id: next, order, ...words } = JSON.parse(line);
  id = next;
  try {
    if (uncaught) throw uncaught.error;
    tell({ answer: await (ORDERS[order as keyof typeof ORDERS] as (words: object) => unknown)(words) });
  } catch (error) {
    tell({ error: described(error) });
  }
  id = "";
}
