import { spawn } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TableValues } from "../../../data/table.ts";
import { type Connection, ModelChild } from "../../children/model-child.ts";
import { rightsOf } from "./child-rights.ts";
import { type Answer, type Message, type Order, receivedError, type SetUp } from "./messages.ts";

/** A process that runs the code of one model in JavaScript, and has no rights but those that it needs. */
export class CodeChild extends ModelChild<Order, Answer> {
  readonly setUp: SetUp;
  readonly #tables = new Set<string>();

  /** Throws MachineError if no process can be started. `note` gets what the model prints. */
  constructor(given: Omit<SetUp, "parent">, note: (line: string) => void) {
    const setUp = { ...given, parent: process.pid };
    super(setUp.model, connect(setUp), note);
    this.setUp = setUp;
  }

  /** Tells the rows of a table, once; this has no answer. */
  tellTable(sha256: string, { numbers, heldout }: TableValues): void {
    if (this.#tables.has(sha256)) return;
    this.#tables.add(sha256);
    const bytes = { numbers: new Uint8Array(numbers), ...(heldout && { heldout: new Uint8Array(heldout) }) };
    this.tell({ table: { sha256, ...bytes } });
  }
}

/** The compiled file, also for tests and benchmarks, which are not compiled. */
const FILE = fileURLToPath(new URL("./code-process.js", import.meta.url.replace("/src/", "/dist/")));

/** A process and Node's channel to it. */
function connect(setUp: SetUp): Connection<Order, Answer> {
  const onTensorflow = setUp.training?.backend === "tensorflow";
  /** Where TensorFlow's graphs pass through. */
  const folder = onTensorflow ? mkdtempSync(join(realpathSync(tmpdir()), "mmoe-model-")) : undefined;
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, [...rightsOf(setUp, folder), FILE], {
    env: { ...env, ...(folder && { TMPDIR: folder, TMP: folder, TEMP: folder }) },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    serialization: "advanced", // NaN, and arrays of numbers
  });
  return {
    process: child,
    prints: [child.stdout, child.stderr].filter((output) => output !== null),
    send: (order) => child.send(order, () => {}),
    listen: (hear, fail) =>
      child.on("message", (message: Message) =>
        "error" in message ? fail(receivedError(message.error)) : hear(message),
      ),
    afterLast: (then) => (child.connected ? child.once("disconnect", then) : then()),
    kill: () => child.kill("SIGKILL"),
    dispose: () => folder && rmSync(folder, { recursive: true, force: true }),
  };
}
