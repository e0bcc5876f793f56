// The paper's two studies on census data (Ma et al., KDD 2018, section 6.3): makes their tables and configs from UCI's files.
//
//   node examples/census/prepare.mjs census-income.data.gz census-income.test.gz
//   node examples/census/prepare.mjs census-income.test.gz --resplit
//
// --output FOLDER   for the tables and configs (census)
// --values N        most values of a category; the rarest become 'other' (20)
// --college LEVEL   the education at which college begins: some-college, associate or bachelor (associate)
// --seed N          of the split into parts (0)
// --resplit         no parts in the tables of one file: each run draws its own split
// --from-age YEARS  only rows of people of this age and older
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { permutationInto } from "../../dist/data/order.js";
import { keyOf } from "../../dist/random/key.js";
import { parquetOf } from "../../dist/records/parquet.js";

/**
 * The columns in the order of UCI's files: 40 attributes, an instance weight, which no model may see, and the label. `#` marks
 * numbers, and `=` codes, which are numbers that name a category.
 */
const COLUMNS =
  `#age class_of_worker =industry =occupation education #wage_per_hour enrolled marital_status major_industry
  major_occupation race hispanic_origin sex union_member reason_for_unemployment full_or_part_time #capital_gains #capital_losses
  #dividends tax_filer_status previous_region previous_state household_and_family household_summary #instance_weight migration_msa
  migration_region migration_within_region same_house previous_sunbelt #persons_worked_for_employer family_under_18 father_country
  mother_country own_country citizenship =own_business veteran_questionnaire =veteran_benefits #weeks_worked =year income`
    .split(/\s+/)
    .map((word) => ({ name: word.replace(/^[#=]/, ""), isNumber: word.startsWith("#"), isCode: word.startsWith("=") }));

const HIDDEN = ["income", "education", "marital_status", "instance_weight"];
const INPUTS = COLUMNS.filter(({ name }) => !HIDDEN.includes(name));

const FROM_ASSOCIATE = /^(Associates|Bachelors|Masters|Prof school|Doctorate) degree/;
/** The paper says "at least college"; which of UCI's values begin it is assumed. */
const COLLEGE = {
  "some-college": {
    text: "some college",
    has: (education) => /^Some college/.test(education) || FROM_ASSOCIATE.test(education),
  },
  associate: { text: "an associate's degree", has: (education) => FROM_ASSOCIATE.test(education) },
  bachelor: {
    text: "a bachelor's degree",
    has: (education) => FROM_ASSOCIATE.test(education) && !education.startsWith("Associates"),
  },
};

/** A group's main task, and the absolute correlation of its labels in the paper. */
const GROUPS = {
  1: { task: "y_income", published: 0.1768, has: (row) => row.income.startsWith("50000+") },
  2: { task: "y_college", published: 0.2373, has: (row, college) => COLLEGE[college].has(row.education) },
};
const isNeverMarried = (row) => row.marital_status === "Never married";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    output: { type: "string", short: "o", default: "census" },
    values: { type: "string", default: "20" },
    college: { type: "string", default: "associate" },
    seed: { type: "string", default: "0" },
    resplit: { type: "boolean", default: false },
    "from-age": { type: "string", default: "0" },
  },
});
const [most, age] = [Number(options.values), Number(options["from-age"])];
if (positionals.length < 1 || positionals.length > 2)
  refuse("expected census-income.data and census-income.test, or one of them");
if (!(most >= 2)) refuse(`--values: expected a number from 2 on, got ${options.values}`);
if (!(age >= 0)) refuse(`--from-age: expected a number, got ${options["from-age"]}`);
if (!Object.hasOwn(COLLEGE, options.college))
  refuse(`--college: expected one of ${Object.keys(COLLEGE).join(", ")}, got ${options.college}`);
if (options.resplit && positionals.length > 1)
  refuse("--resplit: the second file has the rows for validation and test; leave one out");
const pathOf = (group, kind) => join(options.output, `group${group}.${kind}`);
for (const file of [1, 2].flatMap((group) => ["yaml", "parquet"].map((kind) => pathOf(group, kind))))
  if (existsSync(file)) refuse(`${file} is there; give another --output`);

const texts = new Map();
const all = partsOf(positionals.map((file) => rowsOf(file)));
const parts = ["train", "validation", "test"].map((part) => all.filter((row) => row.part === part));
console.log(
  options.resplit
    ? "each run splits them"
    : `rows of train, validation and test: ${parts.map(({ length }) => length).join(", ")}`,
);
const kept = keptValues((options.resplit ? all : parts[0]).map(({ row }) => row));
mkdirSync(options.output, { recursive: true });
for (const group of [1, 2]) {
  for (const piece of tableOf(group)) appendFileSync(pathOf(group, "parquet"), piece);
  writeFileSync(pathOf(group, "yaml"), configOf(group));
  for (const college of group === 1 ? [options.college] : Object.keys(COLLEGE)) console.log(factsOf(group, college));
}
console.log(`values beyond the ${most - 1} most frequent are 'other' in: ${[...kept.keys()].join(", ")}`);
console.log(`train group 1 with: mmoe sweep ${pathOf(1, "yaml")}`);

function refuse(message) {
  console.error(`prepare.mjs: ${message}`);
  process.exit(2);
}

/** The rows of a file as UCI distributes it: fields between commas, no header, also in gzip. */
function rowsOf(file) {
  const bytes = readFileSync(file);
  const lines = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString("utf8").split("\n");
  const rows = lines.flatMap((line, i) => (line.trim() === "" ? [] : [rowOf(line, `${file}:${i + 1}`)]));
  const young = rows.filter((row) => row.age < 16).length;
  const repeated = lines.length - new Set(lines).size;
  console.log(
    `${file}: ${rows.length} rows (UCI's files have 199,523 and 99,762): ${young} under 16, ${repeated} like an earlier row`,
  );
  return rows.filter((row) => row.age >= age);
}

function rowOf(line, place) {
  const fields = line.split(",").map((field) => field.trim());
  if (fields.length !== COLUMNS.length) refuse(`${place}: expected ${COLUMNS.length} fields, got ${fields.length}`);
  return Object.fromEntries(
    COLUMNS.map(({ name, isNumber, isCode }, i) => {
      const number = Number(fields[i]);
      if (fields[i] === "" || ((isNumber || isCode) && Number.isNaN(number)))
        refuse(`${place}: ${name}: expected ${isNumber || isCode ? "a number" : "a text"}, got '${fields[i]}'`);
      return [name, isNumber ? number : shared(isCode ? `${name} ${number}` : fields[i])];
    }),
  );
}

/** A text that all rows share: a field is a part of the file's text, and would keep all of it in memory. */
function shared(text) {
  if (!texts.has(text)) texts.set(text, Buffer.from(text).toString());
  return texts.get(text);
}

/**
 * The table's rows with their parts: those of training, then those of validation and test. Of one file, a third is for validation
 * and test, the share that both files have in the paper.
 */
function partsOf([first, second]) {
  if (options.resplit) return first.map((row) => ({ row }));
  const [train, held] = second ? [first, second] : split(first, "heldout", Math.round(first.length / 3));
  const validation = new Set(split(held, "validation", Math.floor(held.length / 2))[1]);
  return [
    ...train.map((row) => ({ row, part: "train" })),
    ...held.map((row) => ({ row, part: validation.has(row) ? "validation" : "test" })),
  ];
}

/** `count` random rows of `rows` behind the others, each in the order of the file. */
function split(rows, name, count) {
  const order = permutationInto(
    new Uint32Array(rows.length),
    keyOf(`mmoe/census/seed=${Number(options.seed)}/${name}`),
    0,
  );
  const chosen = new Set(order.subarray(0, count));
  return [rows.filter((_, n) => !chosen.has(n)), rows.filter((_, n) => chosen.has(n))];
}

/** For each column with more than `most` texts in the training rows, the most frequent ones; equally frequent ones in alphabetic order. */
function keptValues(rows) {
  return new Map(
    INPUTS.filter(({ isNumber }) => !isNumber).flatMap(({ name }) => {
      const counts = new Map();
      for (const row of rows) counts.set(row[name], (counts.get(row[name]) ?? 0) + 1);
      const byCount = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([value]) => value);
      return byCount.length > most ? [[name, new Set(byCount.slice(0, most - 1))]] : [];
    }),
  );
}

/** A group's table as Parquet, piece by piece: its inputs, its two labels, and the part of each row. */
function tableOf(group) {
  const { task, has } = GROUPS[group];
  const columns = [
    ...INPUTS.map(({ name, isNumber }) => ({ name: `x_${name}`, type: isNumber ? "DOUBLE" : "STRING" })),
    ...[task, "y_never_married"].map((name) => ({ name, type: "INT32" })),
    ...(options.resplit ? [] : [{ name: "part", type: "STRING" }]),
  ];
  return parquetOf(columns, all, ({ row, part }) => {
    const inputs = INPUTS.map(({ name }) => [
      `x_${name}`,
      kept.get(name)?.has(row[name]) === false ? "other" : row[name],
    ]);
    const labels = { [task]: Number(has(row, options.college)), y_never_married: Number(isNeverMarried(row)) };
    return [{ ...Object.fromEntries(inputs), ...labels, part }];
  });
}

/** How many rows have a group's labels, and their correlation beside the paper's. */
function factsOf(group, college) {
  const share = (is) => all.filter(({ row }) => is(row)).length / all.length;
  const main = (row) => GROUPS[group].has(row, college);
  const [p, q, both] = [share(main), share(isNeverMarried), share((row) => main(row) && isNeverMarried(row))];
  const correlation = (both - p * q) / Math.sqrt(p * (1 - p) * q * (1 - q));
  const what = group === 1 ? "income above $50,000" : COLLEGE[college].text;
  const shares = [p, q].map((one) => `${(100 * one).toFixed(1)} %`).join(", ");
  return `group ${group}: ${what}, never married: ${shares}; correlation ${correlation.toFixed(4)}, |the paper's| ${GROUPS[group].published}`;
}

/** The config of a group's sweep, from which `mmoe tune` chooses. Of tables without parts, runs hold out as many rows for validation as for the test. */
function configOf(group) {
  const main = group === 1 ? "income above $50,000" : `education of at least ${COLLEGE[options.college].text}`;
  const file = `./group${group}.parquet`;
  const rows = options.resplit ? `{ file: ${file}, heldout: 0.1667, split: run }\nvalidation: 0.2` : file;
  return `# The paper's census study, group ${group} (Ma et al., KDD 2018, section 6.3); examples/census/README.md explains it.
extends: paper
name: census-${group}
about: "Census-Income (KDD), group ${group}: ${main}, and never married${age > 0 ? `, people of ${age} and older` : ""}"
rows: ${rows}
models:
  - single-task
  - shared-bottom
  - l2-constrained
  - cross-stitch
  - tensor-factorization
  - omoe
  - mmoe
  - { name: logistic-regression, like: single-task, experts: { layers: [16], activation: none }, tower: { layers: [] } }
runs: 5
batch: 512
steps: auto # each run stops by the AUC of its main task on validation rows
chooseBy: auc1
optimizer: adam
lr: [0.0003, 0.001, 0.003]
report: heldout
marks: # the paper does not give the settings that its tuner chose
  rows: assumed # the rows and the split are the paper's; how columns become inputs is assumed
  models: assumed # the paper's seven in sizes that it does not give, and what they are worth: the same inputs without a hidden layer
  runs: assumed
  batch: assumed
  steps: assumed
  chooseBy: assumed
  optimizer: assumed
  lr: assumed
  report: assumed
`;
}
