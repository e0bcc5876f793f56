import { UsageError } from "../errors.ts";
import { writeWhole } from "../files.ts";
import { csvOf } from "../records/csv.ts";
import { longCurvesSheet } from "../records/curves-csv.ts";
import { written } from "../records/find-results.ts";
import { parquetColumns, parquetOf } from "../records/parquet.ts";
import { runsSheet } from "../records/runs-csv.ts";
import { numberOf } from "../units.ts";
import { type Command, type Context, type Define, examples, type OptionsOf } from "./command.ts";
import { AT_OPTION, RESULTS, readEnded } from "./loss-commands.ts";
import { choiceOption, outputFile, pathOption, writeOut } from "./options.ts";

/** What can be exported. */
const KINDS = { runs: runsSheet, curves: longCurvesSheet } as const;

export const WHAT = Object.keys(KINDS) as (keyof typeof KINDS)[];

const HELP = `
The columns are those of runs.csv and curves-long.csv. What is empty in CSV is
null in Parquet.
${examples(
  "mmoe export results/paper -o runs.parquet",
  "mmoe export results/paper --what curves -o curves.parquet",
  "mmoe export results/rates --at lr=0.01 > runs.csv",
)}`;

const withOptions = (command: Command) =>
  command
    .argument(...RESULTS)
    .option("--what <name>", "runs: one row per run; curves: one row per run and evaluation", "runs")
    .option(...AT_OPTION)
    .option("-o, --output <file>", "a file that ends in .parquet or .csv (default: CSV on stdout)")
    .option("--overwrite", "replace the output file")
    .addHelpText("after", HELP);

type ExportOptions = OptionsOf<typeof withOptions>;

export const define: Define = (command, run) =>
  withOptions(command).action((folder, options) => run((context) => exportRecords(folder, options, context)));

async function exportRecords(folder: string, options: ExportOptions, context: Context): Promise<void> {
  const sheetOf = KINDS[choiceOption("--what", options.what, WHAT)];
  const { output } = options;
  const format = output === undefined ? "csv" : formatOf(output, options);
  const { records, config } = await readEnded(folder, options.at, context);
  const sheet = sheetOf(records, config.rows?.labels);
  const csv = () => csvOf(records, sheet.rowsOf);
  if (output === undefined) {
    for (const text of csv()) if (!(await writeOut(context.effects.stdout, text))) break;
    return;
  }
  const parquet = () => parquetOf(parquetColumns(sheet, records[0]), records, sheet.rowsOf);
  await written(output, writeWhole(output, format === "csv" ? csv() : parquet()), "give another -o");
  const what = options.what === "runs" ? "" : `${options.what} of `;
  context.note(`${output}: ${what}${numberOf(records.length, "run")}`);
}

/** The format that a file's name asks for. Throws UsageError for another one, or if the file is there. */
function formatOf(output: string, { overwrite }: ExportOptions): "csv" | "parquet" {
  const ending = /\.(csv|parquet)$/.exec(pathOption("--output", output))?.[1];
  if (ending === undefined)
    throw new UsageError(`--output: expected a file that ends in .parquet or .csv, got '${output}'`);
  outputFile({ output, overwrite });
  return ending as "csv" | "parquet";
}
