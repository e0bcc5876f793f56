// A program that calls sanitized kernels in ways that are faults: `faults.js read|overflow GUARDED`.
import { Arena } from "../../src/engines/rows/arena.ts";
import { INSTANCES } from "../engines/cpu/lone-run.ts";
import { guardMemory } from "./guarded-memory.ts";

const [fault, guarded] = process.argv.slice(2) as [string, string];
guardMemory(guarded);

const ROWS = 4;
const ROW_BYTES = 64;
const arena = new Arena();
const rows = arena.take(ROWS * ROW_BYTES);
const ids = arena.put(Uint32Array.from([ROWS - 1, ROWS]));
const generator = arena.take(256);
const out = arena.take(ROWS * ROW_BYTES);
const [native] = INSTANCES;
if (native === undefined) throw new Error("no kernels");
native.reserve(arena.bytes);
arena.writeTo(native.memory);

native.kernels.gatherRows(rows, ROW_BYTES, ids, out, ROW_BYTES, 1, 1);
process.stdout.write("in order\n");
if (fault === "read") native.kernels.gatherRows(rows, ROW_BYTES, ids + 4, out, ROW_BYTES, 1, 1);
if (fault === "overflow") native.kernels.labels(generator, rows, ROW_BYTES, rows, out, 2 ** 30, 16);
process.stdout.write("not noticed\n");
