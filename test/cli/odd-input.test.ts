// Odd words, configs, journals and names: never a bug, one line that says why, and no number that is none.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { writeResults } from "../support/made-results.ts";

/** What people, scripts and editors write where something else is expected. */
const odd = fc.oneof(
  fc.constantFrom(
    ..."0 -0 -1 1 2 0.5 1.5 1e3 1e999 -1e-400 0x1 1_000 NaN Infinity .inf null ~ true yes [] {}".split(" "),
  ),
  fc.constantFrom(..."[1, [2]]|{a: 1}|*a|&a [*a]|!!js x|a: b|- a|--|-|'|\"|\n|`id`| |".split("|")),
  fc.constantFrom(..."2147483648 9007199254740993 1,,2 , mmoe,x paper fresh".split(" "), "0.5 0.9", "x".repeat(5000)),
  fc.constantFrom(..."/dev/null /proc/self/mem .. 1/2 3h train svg mean 2026-11-25 é \u202e".split(" ")),
  fc.string(),
);

/** Fails unless a command line ends as it may, whatever was typed. */
async function expectHeld(argv: readonly string[], typed = argv.join(" ")): Promise<void> {
  const { code, stdout, stderr } = await runMain(argv);
  expect([0, 2, 4], stderr).toContain(code);
  if (code === 2) expect(stderr).toMatch(/^(?:.*\n)*mmoe: [^\n]+\n$/);
  const none = /(?<![\w.])(?:NaN|-?Infinity|undefined|\[object Object\])(?!\w)/.exec(stdout)?.[0];
  if (code === 0 && none !== undefined) expect(typed).toContain(none);
}

const folderOf = (name: string) => join(temporaryFolder(), name);
const [MADE, GRID, OUT] = [folderOf("made"), folderOf("grid"), folderOf("out")];
writeResults(MADE, ({ index, correlation }) => 0.1 + index / 50 + correlation / 9, [
  "runs=4",
  "models=omoe,mmoe",
  "correlations=0.5",
]);
const LISTS = ["models=mmoe,omoe", "correlations=0.5,1", "lr=0.1,0.01", "trainRows=100,fresh"];
writeResults(GRID, ({ index, training }) => 0.1 + index / 50 + training.lr, ["runs=3", ...LISTS]);
const PRESET = readFileSync("configs/smoke.yaml", "utf8");
const KEYS = [...PRESET.matchAll(/^(\w+):/gm)].map(([, key]) => key);

/** Commands that train nothing, each with the options that are given odd texts. */
const COMMANDS: readonly (readonly [words: readonly string[], options: string])[] = [
  [["models"], "--inputs --tasks --json"],
  [["sweep", "smoke", "--dry-run"], "--corr --models --runs --steps --batch --lr --seed --set --engine --jobs"],
  [["data", "--rows", "5"], "--corr --rows --run --seed --data --step --format --tasks"],
  [["data", "--corr", "0.5", "--rows", "5", "-o", OUT], "--format --heldout --step"],
  [["data", "--rows", "20", "--trials", "2"], "--corr --data --seed --tasks"],
  [["summary", MADE], "--loss --bad --full --csv --json"],
  [["summary", GRID], "--at --loss --full --csv"],
  [["claims", MADE], "--loss --parts --json"],
  [["compare", GRID, MADE], "--at --loss --margin --json"],
  [["figures", GRID, "--only", "grid", "-o", OUT], "--at --loss --scale"],
  [["figures", MADE, "-o", OUT], "--only --format --loss --statistic --scale --theme --paper"],
  [["tune", GRID, "--overwrite", "-o", `${OUT}.yaml`], "--by --at --loss --runs --seed --json"],
  [["merge", MADE], "--loss --json"],
  [["status", MADE], "--json"],
  [["k8s", "--image", "i"], "--completions --cpus --corr --models --set --lr --steps --claim"],
  [["slurm"], "--array --cpus --time --gpus --set --batch --seed --engine --time-limit --checkpoint-every"],
];

test("odd words as options are no bug", async () => {
  const given = fc.constantFrom(...COMMANDS).chain(([words, options]) => {
    const pair = fc.record({
      option: fc.constantFrom(...options.split(" ")),
      key: fc.constantFrom(...KEYS),
      text: odd,
    });
    return fc.record({ words: fc.constant(words), pairs: fc.array(pair, { minLength: 1, maxLength: 3 }) });
  });
  await fc.assert(
    fc.asyncProperty(given, async ({ words, pairs }) => {
      const typed = pairs.flatMap(({ option, key, text }) => [option, option === "--set" ? `${key}=${text}` : text]);
      await expectHeld([...words, ...typed]);
    }),
    { numRuns: 60, seed: 1 },
  );
});

test("a config with lines changed, lost, doubled and torn is no bug", async () => {
  const change = fc.record({ at: fc.nat(), how: fc.nat(5), text: odd });
  const changes = fc.record({
    all: fc.array(change, { minLength: 1, maxLength: 3 }),
    end: fc.option(fc.nat(), { freq: 9 }),
  });
  await fc.assert(
    fc.asyncProperty(changes, async ({ all, end }) => {
      const lines = all.reduce((some: readonly string[], { at, how, text }) => {
        const line = some[at % some.length];
        const key = line.split(":")[0];
        const other = [[], [line, line], [`${key}: ${text}`], [`${text}: 1`], [line, text], [`  ${line}`]][how];
        return some.toSpliced(at % some.length, 1, ...other);
      }, PRESET.split("\n"));
      const config = lines.join("\n");
      const folder = temporaryFolder();
      mkdirSync(folder, { recursive: true });
      const file = join(folder, "config.yaml");
      writeFileSync(file, end === null ? config : config.slice(0, end % (config.length + 1)));
      await expectHeld(["k8s", file, "--image", "i", "--completions", "2"], config);
    }),
    { numRuns: 20, seed: 1 },
  );
});

test("a journal with bytes and lines changed is no bug", async () => {
  const journal = readFileSync(join(MADE, "journal", "made.jsonl"), "latin1");
  const lines = journal.split("\n");
  const line = fc.integer({ min: 1, max: lines.length - 2 });
  const changed = fc.oneof(
    fc.record({ at: fc.nat(journal.length - 1), byte: fc.nat(255) }).map(({ at, byte }) => {
      return journal.slice(0, at) + String.fromCharCode(byte) + journal.slice(at + 1);
    }),
    fc.nat(journal.length).map((at) => journal.slice(0, at)),
    fc.nat(journal.length).map((at) => journal.slice(at)),
    fc.tuple(line, line).map(([from, to]) => lines.toSpliced(to, 0, lines[from]).join("\n")),
  );
  const readers = ["status", "status --json", "summary", "summary --json", "claims", "merge", "report"];
  await fc.assert(
    fc.asyncProperty(changed, fc.constantFrom(...readers), async (text, words) => {
      const folder = join(temporaryFolder(), "results");
      cpSync(MADE, folder, { recursive: true });
      writeFileSync(join(folder, "journal", "made.jsonl"), text, "latin1");
      const [command = "", ...options] = words.split(" ");
      await expectHeld([command, folder, ...options]);
    }),
    { numRuns: 20, seed: 1 },
  );
});
