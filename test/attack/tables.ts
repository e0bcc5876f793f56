import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { exited, start } from "../support/bin.ts";
import { temporaryFolder } from "../support/effects.ts";
import { type Fault, oneOf, wholeBetween } from "./fault.ts";

const ENDED_MS = 120_000; // the machine may be busy

/** Writes a table of a small file that unfolds, or that is damaged; says what it is. */
type Write = (path: string, random: () => number) => string;

const wideCsv: Write = (path, random) => {
  const columns = wholeBetween(1, 300_000, random);
  const names = Array.from({ length: columns }, (_, i) => `x${i}`).join();
  writeFileSync(path, `${names},y1,y2\n${"1,".repeat(columns + 1)}2\n${"2,".repeat(columns + 1)}1\n`);
  return `${columns} columns`;
};

const holes: Write = (path, random) => {
  const bytes = wholeBetween(20, 999_000_000, random);
  writeFileSync(path, random() < 0.5 ? "" : "x1,y1,y2\n1,2,3\n2,1,4\n");
  truncateSync(path, bytes);
  return `NULs up to ${bytes} bytes`;
};

const changedParquet: Write = (path, random) => {
  const rows = Array.from({ length: 200 }, (_, n) => n % 7);
  const bytes = Buffer.from(
    parquetWriteBuffer({
      columnData: ["x1", "y1", "y2"].map((name, c) => ({ name, data: rows.map((n) => n + c / 3) })),
    }),
  );
  const changes = Array.from({ length: wholeBetween(1, 6, random) }, () => {
    const [at, value] = [wholeBetween(0, bytes.length, random), wholeBetween(0, 256, random)];
    bytes[at] = value;
    return `byte ${at} is ${value}`;
  });
  writeFileSync(path, bytes);
  return `Parquet: ${changes.join(", ")}`;
};

export const tables: Fault = {
  name: "tables",
  about:
    "tables of many columns, of holes, and damaged Parquet: read, or refused in one line, in bounded time and memory",
  share: 2,
  async attempt(random) {
    const write = oneOf([wideCsv, holes, changedParquet], random);
    const path = join(temporaryFolder(), write === wideCsv || random() < 0.5 ? "t.csv" : "t.parquet");
    mkdirSync(dirname(path), { recursive: true });
    const what = write(path, random);
    const began = performance.now();
    const child = start("k8s", "smoke", "--image", "i", "--completions", "2", "--rows", path);
    const timer = setTimeout(() => child.kill("SIGKILL"), ENDED_MS);
    const { code, signal, stderr } = await exited(child);
    clearTimeout(timer);
    const told = `${path}: ${what}: ${code ?? signal} after ${Math.round(performance.now() - began)} ms: ${stderr.slice(0, 300)}`;
    if (code === 0) return undefined;
    return code === 2 && /^(reading [^\n]*\n)*(mmoe: [^\n]+\n)+$/.test(stderr) ? undefined : told;
  },
};
