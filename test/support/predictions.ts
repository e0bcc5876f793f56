import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import type { Results } from "../../src/records/read-results.ts";
import { temporaryFolder } from "./effects.ts";

/** Columns of a file of predictions, by name. */
export type PredictionColumns = Readonly<Record<string, readonly number[]>>;

/** The results in a folder that has these predictions of each run. */
export function withPredictions(results: Results, of: (model: string, run: number) => PredictionColumns): Results {
  const path = temporaryFolder();
  for (const { id, model, run } of results.records) {
    const file = join(path, "predictions", `${id}.parquet`);
    mkdirSync(dirname(file), { recursive: true });
    const columnData = Object.entries(of(model, run)).map(([name, values]) => {
      return { name, data: Float32Array.from(values), type: "FLOAT" as const };
    });
    writeFileSync(file, new Uint8Array(parquetWriteBuffer({ columnData })));
  }
  return { ...results, path };
}
