// The process of one model in JavaScript: what its code does, it does here. It does what it is told, step by step.
import { Worker } from "node:worker_threads";
import type { TableValues } from "../../../data/table.ts";
import { machineError } from "../../../machine-error.ts";
import type { CodeModel } from "../../../models/code.ts";
import { modelError } from "../../children/model-error.ts";
import type { Run, RunResult } from "../../engine.ts";
import { GroupFeeds } from "../traced/group-feeds.ts";
import { CodeTraining } from "./code-training.ts";
import { loadCode, sizeOf } from "./load-code.ts";
import { lockDown, watchImports } from "./lock-down.ts";
import { type Answer, type Described, type Message, type Order, type SetUp, sentError } from "./messages.ts";
import { authorsError, isInModel } from "./user-error.ts";

const channel = process.channel;
const toParent = process.send?.bind(process);

/** Calls `then` when the parent has it. */
function tell(message: Message, then: () => void = () => {}): void {
  toParent?.(message, undefined, {}, then);
}

/** Messages of progress come no faster. */
const PROGRESS_MS = 50;
/** While it trains, it says so whenever the model gives control back. */
const ALIVE_MS = 1000;

let setUp: SetUp;
let training: CodeTraining | undefined;
const tables = new Map<string, TableValues>();

// Whoever stops mmoe stops it, which then ends this process.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
process.on("disconnect", () => process.exit());
process.on("uncaughtException", (error) => fail(error));
process.on("unhandledRejection", (reason) => fail(reason));

/** An error that no call of ours caught: of the model's timers and promises. */
function fail(error: unknown): void {
  const told = setUp === undefined ? error : (machineError(error) ?? authorsError(setUp.model, error));
  tell({ error: sentError(told) }, () => process.exit(1));
}

/** A process whose parent was killed, and whose model never returns, would compute forever. */
function endWith(parent: number): void {
  const lines = `const lock = new Int32Array(new SharedArrayBuffer(4));
    while (process.ppid === ${parent}) Atomics.wait(lock, 0, 0, 1000);
    process.kill(process.pid, "SIGKILL");`;
  new Worker(lines, { eval: true }).unref();
}

async function answerTo(order: Order): Promise<Answer> {
  if ("setUp" in order) return begin(order.setUp);
  if ("load" in order) return loaded();
  if ("try" in order) return training?.prepare([setUp.model]).then(() => training?.drawn(setUp.model));
  if ("table" in order) return keep(order.table);
  return trained(order.train, order.keepParameters);
}

async function begin(given: SetUp): Promise<undefined> {
  setUp = given;
  endWith(given.parent);
  if (given.training) {
    const { loadTf } = await import("../tf.ts");
    const { backend, traced, jobs, xla = false } = given.training;
    const note = (line: string) => tell({ note: line });
    const tf = await loadTf(backend);
    training = new CodeTraining(tf, traced ? { feeds: new GroupFeeds(jobs, note), note, xla } : undefined);
  }
  watchImports(given.code);
  lockDown();
}

/** Where the model's file ends nothing, nothing is left to wait for. */
async function loaded(): Promise<Described> {
  const waits = () =>
    tell({ error: sentError(modelError(setUp.model, "a top-level await never ends")) }, () => process.exit(1));
  channel?.unref();
  process.once("beforeExit", waits);
  const { code, parameters, size, state } = await loadCode(setUp.model);
  process.removeListener("beforeExit", waits);
  channel?.ref();
  const declared = parameters.map(({ name, shape, size }) => ({ name, shape, size }));
  return { about: code.about, parameters: declared, size, stateSize: sizeOf(state) };
}

function keep({ sha256, numbers, heldout }: Extract<Order, { table: unknown }>["table"]): undefined {
  tables.set(sha256, { numbers: shared(numbers), ...(heldout && { heldout: shared(heldout) }) });
}

function shared(bytes: Uint8Array): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(bytes.length);
  new Uint8Array(buffer).set(bytes);
  return buffer;
}

/** The result of a run. */
async function trained(run: Run<CodeModel>, keepParameters: boolean): Promise<Answer> {
  let result: RunResult | undefined;
  let told = 0;
  const alive = setInterval(() => tell({ alive: true }), ALIVE_MS);
  const trains = training?.train(
    [withTable(run)],
    {
      keepParameters,
      onResult: (given) => {
        result = given;
      },
      onProgress: (_, step, loss) => {
        if (performance.now() - told < PROGRESS_MS) return;
        told = performance.now();
        tell({ progress: [step, loss, processorMs()] });
      },
    },
    setUp.training?.device ?? "",
  );
  await trains?.finally(() => clearInterval(alive));
  const { run: _, ...answer } = result as RunResult;
  return answer;
}

/** What this process has computed so far; undefined on TensorFlow, which computes on many threads or a card. */
function processorMs(): number | undefined {
  if (setUp.training?.backend === "tensorflow") return undefined;
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function withTable(run: Run<CodeModel>): Run<CodeModel> {
  if (run.correlation !== null) return run;
  return { ...run, data: { ...run.data, values: tables.get(run.data.sha256) as TableValues } };
}

process.on("message", (order: Order) => {
  answerTo(order)
    .then((answer) => !("table" in order) && setImmediate(() => tell({ answer })))
    .catch((error: unknown) => tell({ error: sentError(isInModel(error) ? authorsError(setUp.model, error) : error) }));
});
