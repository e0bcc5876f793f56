import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { TableValues } from "../../../data/table.ts";
import { MachineError, machineError } from "../../../machine-error.ts";
import { rightsOf } from "./child-rights.ts";
import { type Answer, type Message, type Order, receivedError, type SetUp } from "./messages.ts";
import { modelError } from "./user-error.ts";

type ProgressListener = (...progress: Extract<Message, { progress: unknown }>["progress"]) => void;

interface Waiting {
  readonly doing: string;
  readonly onProgress: ProgressListener;
  resolve(answer: Answer): void;
  reject(reason: Error): void;
}

interface Patience {
  /** What the model does meanwhile, for messages. */
  readonly doing: string;
  /** Milliseconds without a sign after which it is given up. */
  readonly silentMs: number;
  readonly onProgress?: ProgressListener;
}

/** Lines that a model may print. */
const MOST_LINES = 100;

/** Patience is counted in parts: of a time in which both processes were suspended, no more than one passes. */
const PARTS = 10;

/** Signals by which a process ends because of what it does itself. */
const CRASHES: readonly string[] = ["SIGABRT", "SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGTRAP", "SIGSYS"];

/** A process that runs the code of one model, and has no rights but those that it needs. */
export class CodeChild {
  readonly setUp: SetUp;
  readonly #process: ChildProcess;
  /** Where TensorFlow's graphs pass through. */
  readonly #folder: string | undefined;
  readonly #ended: Promise<void>;
  readonly #tables = new Set<string>();
  #waiting: Waiting | undefined;
  #death: Error | undefined;
  /** Parts of its patience that passed since its last sign. */
  #silent = 0;

  /** Throws MachineError if no process can be started. `note` gets what the model prints. */
  constructor(setUp: Omit<SetUp, "parent">, note: (line: string) => void) {
    this.setUp = { ...setUp, parent: process.pid };
    const onTensorflow = setUp.training?.backend === "tensorflow";
    this.#folder = onTensorflow ? mkdtempSync(join(realpathSync(tmpdir()), "mmoe-model-")) : undefined;
    this.#process = start(this.setUp, this.#folder);
    const child = this.#process;
    passLinesOn(child, (line) => note(`model ${setUp.model.name} prints: ${line}`));
    child.on("message", (message: Message) => this.#hear(message, note));
    this.#ended = new Promise((resolve) => {
      child.on("error", (error) => {
        this.#die(machineError(error) ?? error);
        resolve();
      });
      child.on("exit", (code, signal) => {
        const end = () => {
          this.#die(this.#deathBy(code, signal));
          resolve();
        };
        if (child.connected)
          child.once("disconnect", end); // what it said last comes before
        else end();
      });
    });
  }

  get isDead(): boolean {
    return this.#death !== undefined;
  }

  /**
   * What it answers. Throws UsageError for what its model does: breaks, ends the process, or gives no sign for long; and
   * MachineError if something else ended it. It is dead then, or may still be asked if the model only broke.
   */
  ask(order: Order, { doing, silentMs, onProgress = () => {} }: Patience): Promise<Answer> {
    this.#silent = 0;
    const timer = setInterval(() => ++this.#silent >= PARTS && this.#giveUp(silentMs), silentMs / PARTS);
    return new Promise<Answer>((resolve, reject) => {
      if (this.#death) return reject(this.#death);
      this.#waiting = { doing, onProgress, resolve, reject };
      this.#tell(order);
    }).finally(() => {
      this.#waiting = undefined;
      clearInterval(timer);
    });
  }

  /** Tells the rows of a table, once; this has no answer. */
  tellTable(sha256: string, { numbers, heldout }: TableValues): void {
    if (this.#tables.has(sha256)) return;
    this.#tables.add(sha256);
    const bytes = { numbers: new Uint8Array(numbers), ...(heldout && { heldout: new Uint8Array(heldout) }) };
    this.#tell({ table: { sha256, ...bytes } });
  }

  #tell(order: Order): void {
    this.#process.send(order, () => {}); // what a dead one is told, its death answers
  }

  /** Ends it at once, whatever it does. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#ended;
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true });
  }

  #hear(message: Message, note: (line: string) => void): void {
    this.#silent = 0;
    if ("note" in message) note(message.note);
    else if ("alive" in message) return;
    else if ("progress" in message) this.#waiting?.onProgress(...message.progress);
    else if ("answer" in message) this.#waiting?.resolve(message.answer);
    else this.#fail(receivedError(message.error));
  }

  #fail(error: Error): void {
    if (this.#waiting) this.#waiting.reject(error);
    else this.#death ??= error; // between two orders
  }

  #giveUp(silentMs: number): void {
    const long = silentMs < 120_000 ? `${Math.round(silentMs / 1000)} s` : `${Math.round(silentMs / 60_000)} minutes`;
    this.#die(modelError(this.setUp.model, `gives no sign for ${long} while it ${this.#waiting?.doing}`));
    this.#process.kill("SIGKILL");
  }

  #die(death: Error): void {
    this.#death ??= death;
    this.#waiting?.reject(this.#death);
  }

  #deathBy(code: number | null, signal: NodeJS.Signals | null): Error {
    const { model } = this.setUp;
    const doing = this.#waiting ? ` while it ${this.#waiting.doing}` : "";
    if (signal === null) return modelError(model, `ends its process (exit code ${code})${doing}`);
    if (CRASHES.includes(signal)) return modelError(model, `its process crashed (${signal})${doing}`);
    return new MachineError("worker", `the process of model ${model.name} was ended by ${signal}`);
  }
}

/** The compiled file, also for tests and benchmarks, which are not compiled. */
const FILE = fileURLToPath(new URL("./code-process.js", import.meta.url.replace("/src/", "/dist/")));

function start(setUp: SetUp, folder: string | undefined): ChildProcess {
  const { NODE_OPTIONS: _, ...env } = process.env;
  return spawn(process.execPath, [...rightsOf(setUp, folder), FILE], {
    env: { ...env, ...(folder && { TMPDIR: folder, TMP: folder, TEMP: folder }) },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    serialization: "advanced", // NaN, and arrays of numbers
  });
}

/** Passes on the first lines that it prints. */
function passLinesOn({ stdout, stderr }: ChildProcess, note: (line: string) => void): void {
  let left = MOST_LINES;
  for (const output of [stdout, stderr]) {
    if (output === null) continue;
    createInterface({ input: output }).on("line", (line) => {
      if (left-- > 0) note(line);
      else if (left === -1) note("(more lines, which are not shown)");
    });
  }
}
