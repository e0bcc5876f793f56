import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { MachineError, machineError } from "../../machine-error.ts";
import type { CodeModel } from "../../models/code.ts";
import { printable } from "../../printable.ts";
import { modelError } from "./model-error.ts";

/** Step, loss, and what the process has computed until then, in milliseconds of one core. */
type Progress = readonly [step: number, loss: number, processorMs?: number | undefined];

interface Waiting<Answer> {
  readonly doing: string;
  readonly onProgress: (...progress: Progress) => void;
  resolve(answer: Answer): void;
  reject(reason: Error): void;
}

interface Asking {
  /** What the model does meanwhile, for messages. */
  readonly doing: string;
  /** Milliseconds without a sign after which it is given up. */
  readonly silentMs: number;
  readonly onProgress?: (...progress: Progress) => void;
}

/** What a process tells: answers are in the order of what was asked. */
export type ChildMessage<Answer> =
  | { readonly answer: Answer }
  | { readonly progress: Progress }
  | { readonly alive: true }
  | { readonly note: string };

/** How a process is talked to. */
export interface Connection<Order, Answer> {
  readonly process: ChildProcess;
  /** Where what the model prints comes out. */
  readonly prints: readonly Readable[];
  send(order: Order): void;
  /** `hear` gets what the process tells; `fail` an error that it tells in the place of an answer. */
  listen(hear: (message: ChildMessage<Answer>) => void, fail: (error: Error) => void): void;
  /** Calls `then` once nothing more can come of a process that has ended. */
  afterLast(then: () => void): void;
  /** Ends it at once, whatever it does. */
  kill(): void;
  /** Removes what was made for it. */
  dispose(): void;
}

/** Lines that a model may print. */
const MOST_LINES = 100;

/** Patience is counted in parts: of a time in which both processes were suspended, no more than one passes. */
const PARTS = 10;

/** Signals by which a process ends because of what it does itself. */
const CRASHES: readonly string[] = ["SIGABRT", "SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGTRAP", "SIGSYS"];

/** A process that runs the code of one model. */
export class ModelChild<Order, Answer> {
  readonly model: CodeModel;
  readonly #connection: Connection<Order, Answer>;
  readonly #ended: Promise<void>;
  /** In the order in which they are answered. */
  readonly #waiting: Waiting<Answer>[] = [];
  #death: Error | undefined;
  /** Parts of its patience that passed since its last sign. */
  #silent = 0;

  /** `note` gets what the model prints. */
  constructor(model: CodeModel, connection: Connection<Order, Answer>, note: (line: string) => void) {
    this.model = model;
    this.#connection = connection;
    const child = connection.process;
    const tell = (line: string) => note(printable(line));
    passLinesOn(connection.prints, (line) => tell(`model ${model.name} prints: ${line}`));
    connection.listen(
      (message) => this.#hear(message, tell),
      (error) => this.#fail(error),
    );
    this.#ended = new Promise((resolve) => {
      child.on("error", (error) => {
        this.#die(machineError(error) ?? error);
        resolve();
      });
      child.on("exit", (code, signal) =>
        connection.afterLast(() => {
          this.#die(this.#deathBy(code, signal));
          resolve();
        }),
      );
    });
  }

  get isDead(): boolean {
    return this.#death !== undefined;
  }

  /**
   * What it answers. Throws UsageError for what its model does: breaks, ends the process, or gives no sign for long; and
   * MachineError if something else ended it. It is dead then, or may still be asked if the model only broke.
   */
  ask(order: Order, { doing, silentMs, onProgress = () => {} }: Asking): Promise<Answer> {
    if (this.#death) return Promise.reject(this.#death);
    if (this.#waiting.length === 0) this.#silent = 0;
    let timer: NodeJS.Timeout | undefined;
    return new Promise<Answer>((resolve, reject) => {
      const waiting = { doing, onProgress, resolve, reject };
      const count = () => this.#waiting[0] === waiting && ++this.#silent >= PARTS && this.#giveUp(silentMs);
      timer = setInterval(count, silentMs / PARTS);
      this.#waiting.push(waiting);
      this.#connection.send(order);
    }).finally(() => clearInterval(timer));
  }

  /** Says what has no answer. */
  tell(order: Order): void {
    this.#connection.send(order); // what a dead one is told, its death answers
  }

  /** Ends it at once, whatever it does. */
  async kill(): Promise<void> {
    this.#connection.kill();
    await this.#ended;
    this.#connection.dispose();
  }

  #hear(message: ChildMessage<Answer>, note: (line: string) => void): void {
    this.#silent = 0;
    if ("note" in message) note(message.note);
    else if ("alive" in message) return;
    else if ("progress" in message) this.#waiting[0]?.onProgress(...message.progress);
    else this.#waiting.shift()?.resolve(message.answer);
  }

  #fail(error: Error): void {
    this.#silent = 0;
    const waiting = this.#waiting.shift();
    if (waiting) waiting.reject(error);
    else this.#death ??= error; // between two orders
  }

  #giveUp(silentMs: number): void {
    const long = silentMs < 120_000 ? `${Math.round(silentMs / 1000)} s` : `${Math.round(silentMs / 60_000)} minutes`;
    this.#die(modelError(this.model, `gives no sign for ${long} while it ${this.#waiting[0]?.doing}`));
    this.#connection.kill();
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
    return new MachineError("worker", `the process of model ${this.model.name} was ended by ${signal}`);
  }
}

/** Passes on the first lines that it prints. */
function passLinesOn(outputs: readonly Readable[], note: (line: string) => void): void {
  let left = MOST_LINES;
  for (const output of outputs) {
    createInterface({ input: output }).on("line", (line) => {
      if (left-- > 0) note(line);
      else if (left === -1) note("(more lines, which are not shown)");
    });
  }
}
