import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { delimiter } from "node:path";
import type { Readable, Writable } from "node:stream";
import type { CodeFiles } from "../../code/javascript-files.ts";
import type { CodeModel } from "../../models/code.ts";
import { MachineError, machineError } from "../../system-errors.ts";
import { printable } from "../../text.ts";
import { type Adapter, workerEnvironment } from "./languages.ts";
import { modelError } from "./model-error.ts";
import {
  type Answer,
  answerTo,
  type Loaded,
  type Message,
  messageIn,
  type Order,
  PROTOCOL,
  type SentError,
} from "./protocol.ts";
import { type Shared, share } from "./shared-folder.ts";
import type { SharedFile } from "./shared-rows.ts";

/** What a process is for. */
interface WorkerSetUp {
  readonly adapter: Adapter;
  readonly model: CodeModel;
  readonly code: CodeFiles;
  /** Where PyTorch computes: `cpu` or `cuda`. */
  readonly device: string;
  /** In another working folder, and with other variables, than all others. */
  readonly elsewhere?: boolean;
}

interface Asking {
  /** What the model does meanwhile, for messages. */
  readonly doing: string;
  /** Milliseconds without a sign after which it is given up. */
  readonly silentMs: number;
  /** Steps that are done, and what the process has computed until then, in milliseconds of one core. */
  readonly onProgress?: (steps: number, processorMs?: number) => void;
}

interface Waiting extends Asking {
  /** Which no model knows: what it writes in the place of a message is seen to be none. */
  readonly id: string;
  readonly order: Order["order"];
  resolve(answer: Answer): void;
  reject(reason: Error): void;
}

/** Lines that a model may print, and bytes of each. */
const MOST_LINES = 100;
const LONGEST_LINE = 2_000;
/** Most characters of a line of code in an error. */
const LONGEST_CODE = 120;
/** Most bytes of a message: it may name many parameters. */
const LONGEST_MESSAGE = 8_000_000;

/** Patience is counted in parts: of a time in which both processes were suspended, no more than one passes. */
const PARTS = 10;

/** A model that gives no sign for this long may wait for ever: a line says so, long before its patience ends. */
const SLOW_MS = 5_000;

/** What a process said before it ended is read within this time; what it started may hold its streams open for longer. */
const LAST_WORDS_MS = 250;

/** Signals by which a process ends because of what it does itself. */
const CRASHES: readonly string[] = ["SIGABRT", "SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGTRAP", "SIGSYS"];

/** A process that something else ended, or that got no memory: it may be the machine's trouble, or the model's. */
export class LostWorker extends MachineError {
  override name = "LostWorker";
}

/**
 * A process that runs the code of one model. All that it does wrong is a UsageError: what it was asked then fails, and it is
 * dead or to be killed. LostWorker is what may be something else's doing.
 */
export class WorkerProcess {
  /** The one that was loaded last: all are of the same code. */
  model: CodeModel;
  readonly device: string;
  /** The stream of its runs' seeds. */
  readonly stream: string;
  readonly rows: SharedFile;
  readonly state: SharedFile;
  readonly #files: CodeFiles["files"];
  readonly #shared: Shared;
  readonly #process: ChildProcess;
  readonly #watcher: ChildProcess | undefined;
  readonly #orders: Writable;
  readonly #note: (line: string) => void;
  readonly #ended: Promise<void>;
  /** In the order in which they are answered. */
  readonly #waiting: Waiting[] = [];
  #death: Error | undefined;
  #loaded: Loaded | undefined;
  #isDisposed = false;
  /** Parts of its patience that passed since its last sign, and when that was. */
  #silent = 0;
  #heardAt = 0;
  #isSlow = false;

  /** Throws MachineError or UsageError if no process can be started. `note` gets what the model prints. */
  constructor(setUp: WorkerSetUp, note: (line: string) => void) {
    const { adapter, model, device, code, elsewhere = false } = setUp;
    this.model = model;
    this.device = device;
    this.stream = adapter.engine;
    this.#files = code.files;
    this.#note = (line) => note(printable(line));
    this.#shared = share(elsewhere);
    this.rows = this.#shared.rows;
    this.state = this.#shared.state;
    const started = start(setUp, this.#shared.elsewhere);
    this.#process = started.process;
    this.#watcher = watcherOf(started.process);
    this.#orders = started.orders;
    const print = printing((line) => this.#note(`model ${model.name} prints: ${line}`));
    for (const output of started.prints) readLines(output, LONGEST_LINE, print);
    readLines(started.messages, LONGEST_MESSAGE, (line, isCut) =>
      this.#hear(isCut ? undefined : messageIn(line), line),
    );
    this.#ended = new Promise((resolve) => {
      const end = (death: Error) => {
        this.#die(death);
        for (const stream of [started.orders, started.messages, ...started.prints]) stream.destroy();
        resolve();
      };
      this.#process.on("error", (error: NodeJS.ErrnoException) => {
        const isMissing = error.code === "ENOENT" || error.code === "EACCES";
        end(isMissing ? adapter.missing() : (machineError(error) ?? error));
      });
      this.#process.on("exit", (code, signal) => {
        this.#watcher?.kill("SIGKILL");
        killGroup(this.#process); // what it started
        afterLastWords(started.messages, () => end(this.#deathBy(code, signal)));
      });
    });
  }

  get isDead(): boolean {
    return this.#death !== undefined;
  }

  /** What the process said of its model. Throws RangeError before it is loaded. */
  get loaded(): Loaded {
    if (this.#loaded === undefined) throw new RangeError(`model ${this.model.name}: expected a process that has begun`);
    return this.#loaded;
  }

  /** Has the process begin. Throws UsageError for an interpreter that can't work. */
  async greet(silentMs: number): Promise<void> {
    const { rowsPath, statePath } = this.#shared;
    const hello = { order: "hello", protocol: PROTOCOL, rows: rowsPath, state: statePath } as const;
    await this.ask(hello, { doing: "starts", silentMs });
    if (process.platform !== "win32") this.#shared.unname(); // both have its files open
  }

  /** Has the process load its model, or another of the same code. Throws UsageError for a file that is no model. */
  async load(silentMs: number, next = this.model): Promise<void> {
    this.model = next;
    const { file, class: made = null, options = {} } = next;
    const model = { file, files: this.#files, class: made, options, device: this.device };
    this.#loaded = await this.ask({ order: "load", model }, { doing: "is loaded", silentMs });
  }

  /** What it answers. */
  ask<O extends Order>(order: O, asking: Asking): Promise<Answer<O["order"]>> {
    if (this.#death) return Promise.reject(this.#death);
    if (this.#waiting.length === 0) [this.#silent, this.#heardAt] = [0, performance.now()];
    const id = randomBytes(8).toString("hex");
    const timers: NodeJS.Timeout[] = [];
    return new Promise<Answer>((resolve, reject) => {
      const waiting: Waiting = { ...asking, id, order: order.order, resolve, reject };
      const count = () => this.#waiting[0] === waiting && ++this.#silent >= PARTS && this.#giveUp(asking.silentMs);
      timers.push(setInterval(count, asking.silentMs / PARTS));
      timers.push(setInterval(() => this.#waiting[0] === waiting && this.#tellSlow(waiting), SLOW_MS));
      this.#waiting.push(waiting);
      this.#orders.write(`${JSON.stringify({ id, ...order })}\n`);
    }).finally(() => timers.forEach(clearInterval)) as Promise<Answer<O["order"]>>;
  }

  /** Numbers that it wrote into a file that is shared with it. */
  numbersIn(file: SharedFile, at: number, count: number): Float32Array {
    const numbers = file.read(at, count);
    if (numbers !== undefined) return numbers;
    throw this.#fault("its process has cut the file that mmoe shares with it");
  }

  /** Ends it at once, whatever it does, with all of its group. */
  async kill(): Promise<void> {
    this.#end();
    await this.#ended;
    if (!this.#isDisposed) this.#shared.dispose();
    this.#isDisposed = true;
  }

  #hear(message: Message | undefined, line: string): void {
    const [waiting] = this.#waiting;
    if (message === undefined || waiting?.id !== message.id) {
      this.#fault(`its process says what is no message: ${line.slice(0, 60)}`);
      return;
    }
    [this.#silent, this.#heardAt] = [0, performance.now()];
    if ("progress" in message) waiting.onProgress?.(message.progress, message.processorMs);
    else if ("error" in message) this.#waiting.shift()?.reject(this.#errorOf(message.error));
    else {
      const answer = answerTo(waiting.order, message.answer);
      if (answer !== undefined) this.#waiting.shift()?.resolve(answer);
      else this.#fault(`its process answers ${waiting.order} by ${line.slice(0, 60)}`);
    }
  }

  /** Ends a process that breaks the rules. */
  #fault(what: string): Error {
    this.#die(modelError(this.model, what));
    this.#end();
    return this.#death as Error;
  }

  #errorOf({ kind, message, file, line, code, traceback = [] }: SentError): Error {
    if (kind === "memory") return new LostWorker("memory", message);
    const { model } = this;
    if (code === undefined && traceback.length > 0)
      for (const each of traceback.join("").trimEnd().split("\n")) this.#note(`model ${model.name}: ${each}`);
    const place = { path: file ?? model.file, ...(line && { line }) };
    return modelError(model, code ? `${message} (at: ${code.slice(0, LONGEST_CODE)})` : message, place);
  }

  /** Once: each step of a model may take longer. */
  #tellSlow({ doing, silentMs, order }: Waiting): void {
    if (this.#isSlow || order === "hello" || order === "load") return;
    if (performance.now() - this.#heardAt < SLOW_MS) return;
    this.#isSlow = true;
    this.#note(
      `model ${this.model.name}: no sign for 5 s while it ${doing}; it is given up after ${longText(silentMs)}`,
    );
  }

  #giveUp(silentMs: number): void {
    this.#fault(`gives no sign for ${longText(silentMs)} while it ${this.#waiting[0]?.doing}`);
  }

  /** One that has ended has a number that may be another's. */
  #end(): void {
    if (this.#process.exitCode === null && this.#process.signalCode === null) killGroup(this.#process);
  }

  #die(death: Error): void {
    this.#death ??= death;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#death);
  }

  #deathBy(code: number | null, signal: NodeJS.Signals | null): Error {
    const [waiting] = this.#waiting;
    const doing = waiting ? ` while it ${waiting.doing}` : "";
    if (signal === null) return modelError(this.model, `ends its process (exit code ${code})${doing}`);
    if (CRASHES.includes(signal)) return modelError(this.model, `its process crashed (${signal})${doing}`);
    return new LostWorker("worker", `the process of model ${this.model.name} was ended by ${signal}`);
  }
}

function longText(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} minutes`;
}

interface Started {
  readonly process: ChildProcess;
  readonly orders: Writable;
  readonly messages: Readable;
  /** Where what the model prints comes out. */
  readonly prints: readonly Readable[];
}

function start({ adapter, model, code, device }: WorkerSetUp, elsewhere: string | undefined): Started {
  const [program, ...words] = adapter.command;
  const env = workerEnvironment(adapter, model, device);
  const server = elsewhere === undefined && device === "cpu" ? adapter.forkServer?.(code) : {};
  const other = elsewhere && { TMPDIR: elsewhere, PATH: [env.PATH ?? "", elsewhere].join(delimiter) };
  const isStandard = adapter.channel === "standard";
  const stdio: StdioOptions = isStandard ? ["pipe", "pipe", "pipe"] : ["ignore", "pipe", "pipe", "pipe"];
  const child = spawn(program, words, {
    stdio,
    env: { ...env, ...other, ...server },
    ...(elsewhere && { cwd: elsewhere }),
    detached: process.platform !== "win32", // a group of its own, which Ctrl-C does not reach and a kill does, with all that it started
  });
  if (!child.stdio) {
    child.on("error", () => {}); // which says the same
    throw new MachineError("files", `the process of model ${model.name} can't be started`);
  }
  const [stdin, stdout, stderr, both] = child.stdio as unknown as [Writable, Readable, Readable, Readable & Writable];
  const orders = isStandard ? stdin : both;
  orders.on("error", () => {}); // what a dead one is told, its death answers
  const messages = isStandard ? stdout : both;
  return { process: child, orders, messages, prints: isStandard ? [stderr] : [stdout, stderr] };
}

/** A shell that reads until mmoe has ended, however it does, and then ends the group: its own process may have stopped itself. */
function watcherOf({ pid }: ChildProcess): ChildProcess | undefined {
  if (pid === undefined || process.platform === "win32") return undefined;
  const watch = ["-c", 'read -r _; kill -s KILL -- "-$0"', String(pid)];
  const watcher = spawn("sh", watch, { stdio: ["pipe", "ignore", "ignore"], detached: true });
  watcher.on("error", () => {}); // no shell, no watch
  watcher.unref();
  (watcher.stdin as Socket | null)?.unref();
  return watcher;
}

/** Ends a process and all of its group. */
function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
  } catch {
    // all of it has ended
  }
}

/** Calls `then` once all is read that an ended process has said: soon, even if what it started holds its streams open. */
function afterLastWords(messages: Readable, then: () => void): void {
  if (messages.closed) {
    then();
    return;
  }
  const timer = setTimeout(() => setImmediate(then), LAST_WORDS_MS); // once what has come is read
  messages.once("close", () => {
    clearTimeout(timer);
    then();
  });
}

/** Passes on the first lines that a model prints. */
function printing(note: (line: string) => void): (line: string, isCut: boolean) => void {
  let left = MOST_LINES;
  return (line, isCut) => {
    if (left-- > 0) note(isCut ? `${line}... (cut)` : line);
    else if (left === -1) note("(more lines, which are not shown)");
  };
}

const NEWLINE = 10;

/**
 * Calls `take` with each line that comes out of a stream. A line of more than `most` bytes is cut there, and taken at once: what
 * is behind is never kept, however long it is. A last line without an end counts.
 */
export function readLines(stream: Readable, most: number, take: (line: string, isCut: boolean) => void): void {
  let parts: Buffer[] = [];
  let length = 0;
  const told = (isCut: boolean) => {
    const line = Buffer.concat(parts).toString("utf8");
    parts = [];
    take(line.endsWith("\r") ? line.slice(0, -1) : line, isCut);
  };
  const add = (part: Buffer) => {
    const before = length;
    length += part.length;
    if (before > most) return;
    parts.push(part.subarray(0, most - before));
    if (length > most) told(true);
  };
  const end = () => {
    if (length <= most) told(false);
    length = 0;
  };
  stream.on("data", (chunk: Buffer) => {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      add(chunk.subarray(from, at));
      end();
      from = at + 1;
    }
    if (from < chunk.length) add(chunk.subarray(from));
  });
  stream.on("end", () => length > 0 && end());
  stream.on("error", () => {}); // of a process that has ended
}
