import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { MMOE } from "../called-as.ts";
import { type AucTable, aucTable } from "../census/auc-tables.ts";
import { type CensusRows, readCensus } from "../census/read-census.ts";
import {
  CENSUS_GROUPS,
  COLLEGE,
  censusTable,
  DEFAULT_COLLEGE,
  keptValues,
  rowsFromAge,
  type Study,
  splitRows,
  studyConfig,
  tableName,
  validationRows,
} from "../census/study.ts";
import { ONE_HOT } from "../config/table-inputs.ts";
import { UsageError } from "../errors.ts";
import { makeFolder, writeWhole } from "../files.ts";
import { type CsvValue, toCsv } from "../records/csv.ts";
import { writable, written } from "../records/find-results.ts";
import { parquetOf } from "../records/parquet.ts";
import type { Results } from "../records/read-results.ts";
import { MOST_HOT } from "../tables/input-column.ts";
import { shellQuoted } from "../text.ts";
import { type Command, type Context, type Define, examples, type OptionsOf } from "./command.ts";
import { AT_OPTION, readEnded } from "./loss-commands.ts";
import {
  blocksAs,
  choiceOption,
  countOption,
  FORMAT_OPTION,
  folderOption,
  formatOption,
  numberOption,
  outputFile,
  writeAs,
  writeOutput,
} from "./options.ts";
import { aucBlocks, aucNotes, fileFacts, preparedBlocks } from "./text/census-text.ts";

/** As the paper has it of both files together: a third of the rows is for validation and test. */
const HELDOUT = 1 / 3;

const withPrepareOptions = (command: Command) =>
  command
    .argument("<data>", "census-income.data, or its .gz")
    .argument("[test]", "census-income.test, or its .gz (default: a share of the rows of the first file)")
    .option("-o, --output <folder>", "folder for the tables and configs", "census")
    .option("--values <n>", "most values of a category; the rarest become 'other'", String(ONE_HOT))
    .option("--college <level>", `the education at which college begins: ${COLLEGE.join(", ")}`, DEFAULT_COLLEGE)
    .option(
      "--heldout <share>",
      `of one file, the share of rows for validation and test (default: ${HELDOUT.toFixed(4)})`,
    )
    .option("--seed <n>", "seed of the split into parts", "0")
    .option("--resplit", "no parts in the tables of one file: each run draws its own split")
    .option("--from-age <years>", "only rows of people of this age and older")
    .option("--overwrite", "replace tables and configs that are there")
    .addHelpText("after", HELP);

type PrepareOptions = OptionsOf<typeof withPrepareOptions>;

const withTablesOptions = (command: Command) =>
  command
    .argument("<folders...>", "results folders of the study")
    .option(...AT_OPTION)
    .option(...FORMAT_OPTION)
    .option("--csv", "as --format csv: a row for each model and task")
    .option("--json", "as --format json: the same numbers")
    .addHelpText("after", HELP);

type TablesOptions = OptionsOf<typeof withTablesOptions>;

export const define: Define = (command, run) => {
  command.addHelpText("after", HELP);
  const preparing = command.command("prepare").description("make the study's tables and configs of UCI's files");
  withPrepareOptions(preparing).action((data, test, options) =>
    run((context) => prepare(data, test, options, context)),
  );
  const showing = command.command("tables").description("show AUC of both tasks beside the paper's Tables 1 and 2");
  withTablesOptions(showing).action((folders, options) => run((context) => show(folders, options, context)));
};

const HELP = `
The paper's study on UCI's Census-Income (KDD). Group 1 predicts income above
$50,000 and never married; group 2 at least college and never married.
${examples(
  "mmoe census prepare census-income.data.gz census-income.test.gz",
  "mmoe sweep census/group1.yaml --out results/rates-1",
  "mmoe tune results/rates-1 --metric auc1 --runs 400 -o tuned.yaml",
  "mmoe sweep tuned.yaml --out results/1",
  "mmoe census tables results/1",
)}`;

async function prepare(
  data: string,
  test: string | undefined,
  options: PrepareOptions,
  context: Context,
): Promise<void> {
  const most = countOption("--values", options.values, 2, MOST_HOT);
  const college = choiceOption("--college", options.college, COLLEGE);
  const seed = countOption("--seed", options.seed, 0);
  const age = options.fromAge === undefined ? 0 : countOption("--from-age", options.fromAge, 0);
  const folder = folderOption("--output", options.output);
  const configs = CENSUS_GROUPS.map((group) => join(folder, `group${group}.yaml`));
  const tables = CENSUS_GROUPS.map((group) => ({ group, file: join(folder, tableName(group)) }));
  const files = [...configs, ...tables.map(({ file }) => file)];
  for (const file of files) outputFile({ ...options, output: file });

  const sources = test === undefined ? [data] : [data, test];
  const read = sources.map((source) => readCensus(source));
  const parts = partsOf(
    read.map((rows) => (age > 0 ? rowsFromAge(rows, age) : rows)),
    options,
    seed,
  );
  const study: Study = { ...parts, kept: keptValues(parts.train, most), college };
  const about = { college, age, heldout: options.resplit ? heldoutOption(options) / 2 : undefined };
  writable(folder, () => makeFolder(folder), "give another -o");
  for (const { group, file } of tables) {
    const { columns, rows } = censusTable(study, group);
    const parquet = parquetOf(columns, rows(), (row) => [row]);
    await written(file, writeWhole(file, parquet), "give another -o");
  }
  for (const [i, file] of configs.entries()) writeOutput(file, studyConfig(CENSUS_GROUPS[i], about));
  const { stdout } = context.effects;
  const facts = { before: read.map((rows, i) => fileFacts(sources[i], rows)).join("\n") };
  const next = { before: "train group 1 with:", command: `${MMOE} sweep ${shellQuoted(configs[0])}` };
  stdout.write(blocksAs("table", [facts, ...preparedBlocks(study, most), { items: files }, next], stdout));
}

/** The study's rows by their parts. Throws UsageError for options that contradict each other, and a file that is given twice. */
function partsOf(read: readonly CensusRows[], options: PrepareOptions, seed: number): Pick<Study, "train" | "heldout"> {
  const [first, second] = read as [CensusRows, CensusRows?];
  const marked = (rows: CensusRows) => ({ rows, validation: validationRows(rows, seed) });
  if (second === undefined) {
    if (options.resplit) return { train: first };
    const [train, others] = splitRows(first, heldoutOption(options), seed);
    return { train, heldout: marked(others) };
  }
  for (const name of ["heldout", "resplit"] as const)
    if (options[name] !== undefined)
      throw new UsageError(`--${name}: the second file has the rows for validation and test; leave one out`);
  if (isDeepStrictEqual(first.values, second.values))
    throw new UsageError("both files have the same rows, so no row would be left to judge by; give one of them alone");
  return { train: first, heldout: marked(second) };
}

/** The share of one file's rows that is for validation and test. */
function heldoutOption({ heldout }: PrepareOptions): number {
  const share = heldout === undefined ? HELDOUT : numberOption("--heldout", heldout, 0);
  if (share <= 0 || share >= 1) throw new UsageError(`--heldout: expected a share above 0 and below 1, got ${heldout}`);
  return share;
}

async function show(folders: readonly string[], options: TablesOptions, context: Context): Promise<void> {
  const format = formatOption(options);
  const { stdout } = context.effects;
  const tables: { table: AucTable; results: Results }[] = [];
  for (const folder of folders) {
    const results = await readEnded(folder, options.at, context);
    tables.push({ table: aucTable(results), results });
  }
  writeAs(stdout, format, {
    csv: () => toCsv(tables.flatMap(({ table, results }) => aucSheet(table, results.path))),
    json: () => tables.map(({ table, results }) => ({ folder: results.path, ...table })),
    blocks: () => [
      ...tables.flatMap(({ table, results }) => aucBlocks(table, results)),
      aucNotes(tables.map(({ table }) => table)),
    ],
  });
}

/** A row for each model and task. */
function aucSheet({ group, labels, rows }: AucTable, folder: string): Record<string, CsvValue>[] {
  return rows.flatMap(({ model, point, runs, best, mean, gains, paper }) =>
    labels.map((task, k) => {
      const [own, gain] = [mean?.[k as 0 | 1], gains?.[k as 0 | 1]];
      return {
        folder,
        group,
        model,
        ...point,
        task,
        runs,
        best: best?.[k],
        mean: own?.value,
        low: own?.low,
        high: own?.high,
        difference: gain?.mean.value,
        differenceLow: gain?.mean.low,
        differenceHigh: gain?.mean.high,
        higher: gain?.higher,
        paperBest: paper?.best[k],
        paperMean: paper?.mean[k],
      };
    }),
  ) as Record<string, CsvValue>[];
}
