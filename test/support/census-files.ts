// Rows in the format of UCI's Census-Income (KDD) files, which can't be shipped: its columns, with as many values, and shares and
// dependences of about the size of the real ones, but of no real person. As a program it writes both files:
//
//   npx tsx test/support/census-files.ts FOLDER [rows of census-income.data] [of census-income.test]
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Xoshiro, xoshiroOf } from "../../src/random/xoshiro.ts";

type Weighted = Readonly<Record<string, number>>;

const EDUCATION: Weighted = {
  "Less than 1st grade": 0.5,
  "1st 2nd 3rd or 4th grade": 1.2,
  "5th or 6th grade": 2.2,
  "7th and 8th grade": 5,
  "9th grade": 4,
  "10th grade": 5,
  "11th grade": 4.5,
  "12th grade no diploma": 1.4,
  "High school graduate": 32,
  "Some college but no degree": 18,
  "Associates degree-occup /vocational": 3.5,
  "Associates degree-academic program": 2.9,
  "Bachelors degree(BA AB BS)": 13,
  "Masters degree(MA MS MEng MEd MSW MBA)": 4.3,
  "Prof school degree (MD DDS DVM LLB JD)": 1.2,
  "Doctorate degree(PhD EdD)": 0.8,
};
const EDUCATIONS = Object.keys(EDUCATION);

/** One of as many values as a column of UCI's has, the first drawn most often. */
function drawn(random: Xoshiro, column: string, count: number): string {
  return `${column} ${Math.min(count, Math.floor((count + 1) ** uniform(random)))}`;
}

const OUT = "Not in universe";

/** Draws by weights. */
function pick(random: Xoshiro, weights: Weighted): string {
  const entries = Object.entries(weights);
  let left = uniform(random) * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of entries) {
    left -= weight;
    if (left < 0) return name;
  }
  return (entries.at(-1) as [string, number])[0];
}

function uniform(random: Xoshiro): number {
  return random.below(2 ** 32) / 2 ** 32;
}

function chance(random: Xoshiro, probability: number): boolean {
  return uniform(random) < probability;
}

/** One line, as in the files. */
function censusLine(random: Xoshiro): string {
  const yes = (probability: number) => chance(random, probability);
  const age = Math.min(90, Math.floor(90 * uniform(random) ** 1.25 + 6 * uniform(random)));
  const isChild = age < 15;
  const sex = yes(0.52) ? "Female" : "Male";
  const education = isChild ? "Children" : educationOf(random, age);
  const level = EDUCATIONS.indexOf(education);
  const isNeverMarried = isChild || yes(1 / (1 + Math.exp((age - 24 - 0.3 * Math.max(0, level - 8)) / 4)) + 0.04);
  const marital = isNeverMarried ? "Never married" : pick(random, ageMarital(age));
  const works = age > 15 && age < 75 && yes(age < 62 ? 0.72 : 0.3);
  const industry = works ? 1 + Math.floor(51 * uniform(random)) : 0;
  const occupation = works ? occupationOf(random, level) : 0;
  const weeks = works ? (yes(0.7) ? 52 : Math.floor(53 * uniform(random))) : 0;
  const gains = yes(0.04) ? 1000 * Math.ceil(15 * uniform(random) ** 2) + 55 : 0;
  const dividends = yes(0.02 + 0.002 * age) ? Math.floor(10 ** (4 * uniform(random))) : 0;
  const score =
    -8.3 +
    0.42 * Math.max(0, level - 6) +
    0.045 * Math.min(age, 55) +
    (works && occupation <= 12 ? 1.3 : 0) +
    (sex === "Male" ? 1.2 : 0) +
    weeks / 26 +
    gains / 4000 +
    (dividends > 300 ? 1 : 0);
  const isRich = age > 17 && yes(1 / (1 + Math.exp(-score)));
  const father = yes(0.8) ? "United-States" : yes(0.05) ? "?" : drawn(random, "Country", 41);
  const mother = yes(0.85) === (father === "United-States") ? "United-States" : father;
  const own = father === "United-States" || yes(0.4) ? "United-States" : father;
  const year = yes(0.5) ? "94" : "95";
  const moved = year === "95" ? undefined : yes(0.15);
  const unknown = (text: string) => (moved === undefined ? "?" : text);
  const fields = [
    age,
    works ? drawn(random, "Class", 8) : OUT,
    industry,
    occupation,
    education,
    works && yes(0.11) ? Math.floor(500 + 1500 * uniform(random)) : 0,
    age > 15 && age < 25 && yes(0.35) ? (age < 19 ? "High school" : "College or university") : OUT,
    marital,
    works ? `Industry ${Math.ceil(industry / 2.22)}` : "Not in universe or children",
    works ? `Occupation ${Math.ceil(occupation / 3.3)}` : OUT,
    drawn(random, "Race", 5),
    yes(0.86) ? "All other" : drawn(random, "Origin", 9),
    sex,
    works && yes(0.14) ? (yes(0.15) ? "Yes" : "No") : OUT,
    !works && age > 15 && yes(0.04) ? drawn(random, "Unemployed", 5) : OUT,
    isChild || yes(0.4) ? "Children or Armed Forces" : works ? drawn(random, "Schedule", 6) : "Not in labor force",
    gains,
    yes(0.02) ? 1500 + Math.floor(900 * uniform(random)) : 0,
    dividends,
    age < 16 ? "Nonfiler" : filerOf(random, marital, age),
    moved ? drawn(random, "Region", 5) : OUT,
    moved ? drawn(random, "State", 49) : moved === undefined && yes(0.004) ? "?" : OUT,
    ...householdOf(random, age, marital),
    (500 + 3000 * uniform(random)).toFixed(2),
    unknown(moved ? drawn(random, "Area", 7) : "Nonmover"),
    unknown(moved ? drawn(random, "Move", 6) : "Nonmover"),
    unknown(moved ? drawn(random, "Move within", 7) : "Nonmover"),
    age < 1
      ? "Not in universe under 1 year old"
      : moved === undefined
        ? "Not in universe under 1 year old"
        : moved
          ? "No"
          : "Yes",
    moved === undefined ? "?" : moved ? (yes(0.4) ? "Yes" : "No") : OUT,
    works ? Math.floor(7 * uniform(random)) : 0,
    age < 18 ? drawn(random, "Parents", 4) : OUT,
    father,
    mother,
    own,
    own === "United-States" ? "Native- Born in the United States" : drawn(random, "Citizenship", 4),
    yes(0.9) ? 0 : yes(0.8) ? 2 : 1,
    yes(0.01) ? (yes(0.2) ? "Yes" : "No") : OUT,
    isChild ? 0 : yes(0.99) ? 2 : 1,
    weeks,
    year,
    isRich ? "50000+." : "- 50000.",
  ];
  return fields.join(", ");
}

function educationOf(random: Xoshiro, age: number): string {
  const education = pick(random, EDUCATION);
  const finished = age < 18 ? 6 : age < 22 ? 9 : EDUCATIONS.length - 1;
  return EDUCATIONS[Math.min(finished, EDUCATIONS.indexOf(education))];
}

function ageMarital(age: number): Weighted {
  return {
    "Married-civilian spouse present": 70,
    Divorced: 10,
    Widowed: age > 55 ? age - 50 : 1,
    Separated: 3,
    "Married-spouse absent": 1.3,
    "Married-A F spouse present": 0.6,
  };
}

/** 1 to 46: low numbers are managers and professionals. */
function occupationOf(random: Xoshiro, level: number): number {
  return 1 + Math.floor(46 * uniform(random) ** (level > 9 ? 2 : 0.8));
}

function filerOf(random: Xoshiro, marital: string, age: number): string {
  if (marital.startsWith("Married-civ") && chance(random, 0.9))
    return age < 65 ? "Joint both under 65" : chance(random, 0.7) ? "Joint both 65+" : "Joint one under 65 & one 65+";
  return pick(random, { Single: 6, "Head of household": 1, Nonfiler: 3 });
}

/** Detailed status and its summary. */
function householdOf(random: Xoshiro, age: number, marital: string): [string, string] {
  const never = marital === "Never married";
  if (chance(random, 0.03)) {
    const status = `${chance(random, 0.5) ? "Other Rel" : "Grandchild"} ${age < 18 ? "<18" : "18+"} ${never ? "never" : "ever"} marr not in subfamily`;
    return [status, "Other relative of householder"];
  }
  if (age < 18)
    return never
      ? ["Child <18 never marr not in subfamily", "Child under 18 never married"]
      : ["Child <18 ever marr not in subfamily", "Child under 18 ever married"];
  if (never && chance(random, 0.55)) return ["Child 18+ never marr Not in a subfamily", "Child 18 or older"];
  if (marital.startsWith("Married-civ") && chance(random, 0.5))
    return ["Spouse of householder", "Spouse of householder"];
  if (chance(random, 0.06)) return ["Secondary individual", "Nonrelative of householder"];
  if (chance(random, 0.01)) return ["In group quarters", "Group Quarters- Secondary individual"];
  return never || !marital.startsWith("Married")
    ? ["Nonfamily householder", "Householder"]
    : ["Householder", "Householder"];
}

/** `rows` lines, from a stream that `name` names. */
export function censusText(name: string, rows: number): string {
  const random = xoshiroOf(`census/${name}`);
  return Array.from({ length: rows }, () => `${censusLine(random)}\n`).join("");
}

/** Both files, in `folder`. */
export function writeCensusFiles(folder: string, train: number, test: number): { data: string; test: string } {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, rows: number) => {
    const path = join(folder, name);
    const file = openSync(path, "w");
    for (let left = rows; left > 0; left -= 20_000)
      writeSync(file, censusText(`${name}/${left}`, Math.min(left, 20_000)));
    closeSync(file);
    return path;
  };
  return { data: write("census-income.data", train), test: write("census-income.test", test) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = ".", train = "199523", test = "99762"] = process.argv.slice(2);
  writeCensusFiles(folder, Number(train), Number(test));
}
