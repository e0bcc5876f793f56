import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { printed, refusal, runMain, temporaryFolder } from "../support/effects.ts";

/** Where sweeps start, by a name that a shell and Slurm read otherwise than it is written. */
let folder = "";
const A_FILE = resolve("package.json");
/** Holds stand-ins for Slurm's commands and for mmoe. */
let tools = "";
let calls = "";

beforeEach(() => {
  const root = temporaryFolder();
  folder = join(root, `it's a 50% "study" $HOME`);
  tools = join(root, "tools");
  calls = join(root, "calls");
  for (const path of [folder, tools]) mkdirSync(path);
  vi.spyOn(process, "cwd").mockReturnValue(folder);
});
afterEach(() => void vi.restoreAllMocks());

/** A command that notes its arguments, a line each, and then does as `script` says. */
function standIn(name: string, script: string): string {
  const path = join(tools, name);
  writeFileSync(path, `#!/bin/bash\nprintf '${name} %s\\n' "$@" >> '${calls}'\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

const called = (name: string) => {
  const lines = existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : [];
  return lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
};
const env = () => ({ PATH: `${tools}:${process.env.PATH}` });
const slurm = (...argv: string[]) => runMain(["slurm", "smoke", ...argv], new EventEmitter(), env());
const script = async (...argv: string[]) => {
  return printed(await slurm("--array", "5", ...argv));
};
const directives = (text: string) => text.match(/^#SBATCH .*$/gm)?.map((line) => line.slice(8));

describe("mmoe slurm", () => {
  test.each([
    ["90", 120, "1h27m"],
    ["1:30", 45, "23s"],
    ["4:00:00", 120, "3h57m"],
    ["2-0", 120, "47h57m"],
    ["1-2:30", 120, "26h27m"],
    ["60-0", 120, "576h"],
  ])("with --time %s is warned %d s ahead, and has mmoe end by itself after %s", async (time, ahead, limit) => {
    const text = await script("--time", time);
    expect(text).toContain(`#SBATCH --signal=B:TERM@${ahead}\n`);
    expect(text).toContain(` --time-limit ${limit} --shard`);
  });

  test.each([
    [["--array", "0"], "--array: expected a whole number from 1 to 2147483647, got '0'"],
    [["--array", "1-5"], "--array: expected a number of tasks such as 16 or 16%4, got '1-5'"],
    [["--time", "2d"], "--time: expected a Slurm time limit of at least a minute, such as 4:00:00 or 1-12, got '2d'"],
    [["--corr", "2"], "--corr: expected a number from -1 to 1, got 2"],
    [["--time-limit", "x"], "--time-limit: expected a time such as 3h50m, at most 24d, got 'x'"],
    [["--set", "dropout=1"], "--set dropout: expected a number from 0 to below 1, got 1"],
    [["--engine", "tfjs", "--set", "arithmetic=fused"], "arithmetic fused is not in the tfjs engine; use --engine cpu"],
    [["--out", A_FILE], `${A_FILE} is a file; give another --out`],
    [["--mmoe", "npx mmoe"], /^--mmoe npx mmoe: npm passes no signal on, .*; give node_modules\/\.bin\/mmoe$/],
    [["--mmoe", "a\nb"], String.raw`--mmoe: expected a shell command on one line, got "a\nb"`],
    [["--mmoe", " "], "--mmoe: expected a shell command on one line, got ' '"],
    [["--out", "a\rb"], String.raw`--out: expected a path without control characters, got "a\rb"`],
  ])("refuses %j before it prints anything", async (argv, line) => {
    const says = refusal(await slurm("--array", "5", ...argv));
    if (typeof line === "string") expect(says).toBe(line);
    else expect(says).toMatch(line);
  });
});

describe("mmoe slurm lets no name become a line or an option of its own:", () => {
  test.each(["p\ntouch x\n#", "p q", "p;q", "", "p,", "$(id)", "x".repeat(1001)])("--partition %j", async (name) => {
    expect(refusal(await slurm("--array", "5", "--partition", name))).toMatch(/^--partition: expected .*, got .*$/);
  });

  test.each(["a=b\ntouch x", "a;touch x", "account=x;y", "account=`id`", "account=$(id)", "a b=c", "--a=b", "", "=b"])(
    "--sbatch %j",
    async (option) => {
      expect(refusal(await slurm("--array", "5", "--sbatch", option))).toMatch(/^--sbatch: expected .*, got .*$/);
    },
  );

  test("but takes the values that Slurm has signs for", async () => {
    const asked = ["constraint=[rack1*2&rack2*4]", "licenses=a|b:2", "mail-user=me@lab.org", "exclude=n[1-3,7]"];
    const text = await script("--partition", "gpu,gpu-long", ...asked.flatMap((option) => ["--sbatch", option]));
    expect(directives(text)).toEqual(
      expect.arrayContaining(["--partition=gpu,gpu-long", '--constraint="[rack1*2&rack2*4]"', '--licenses="a|b:2"']),
    );
  });
});

describe("the script of mmoe slurm", () => {
  /** Runs it as Slurm runs task 3 of array 70; its exit code. */
  async function ended(text: string) {
    const path = join(tools, "script");
    writeFileSync(path, text);
    const task = { SLURM_ARRAY_JOB_ID: "70", SLURM_ARRAY_TASK_ID: "3", SLURM_JOB_ID: "70" };
    return (await once(spawn("bash", [path], { env: { ...env(), ...task }, stdio: "ignore" }), "close"))[0];
  }

  test("starts in the folder, with the options that were typed, its own share and a folder for all", async () => {
    const mmoe = standIn("mmoe", `pwd >> '${calls}.folder'`);
    const about = `a "b" $c 'd' \\e`;
    expect(await ended(await script("--mmoe", mmoe, "--corr", "-1,0.5", "--set", `about=${about}`, "--long"))).toBe(0);
    expect(readFileSync(`${calls}.folder`, "utf8")).toBe(`${folder}\n`);
    const [out, limit] = [
      ["--out", "results/smoke-03bf053a"],
      ["--time-limit", "3h57m"],
    ];
    const typed = ["sweep", "smoke", "--corr", "-1,0.5", "--set", `about=${about}`, "--long"];
    expect(called("mmoe")).toEqual([...typed, ...out, "--jobs", "1", ...limit, "--shard", "3/5"].flat());
  });

  test("of a regime's preset trains it into the folder in which mmoe regimes finds it", async () => {
    const mmoe = standIn("mmoe", "true");
    const words = ["slurm", "regimes/few-rows", "--models", "mmoe", "--out", "results/my-regimes/few-rows"];
    const text = printed(await runMain([...words, "--array", "4", "--mmoe", mmoe], new EventEmitter(), env()));
    expect(await ended(text)).toBe(0);
    expect(called("mmoe").slice(0, 6)).toEqual(["sweep", ...words.slice(1)]);
  });

  test("gives way to --out, --jobs and --time-limit where they are typed, and has a process a GPU", async () => {
    const mmoe = standIn("mmoe", "");
    const typed = ["--out", "a b", "--jobs", "3", "--time-limit", "9m"];
    expect(await ended(await script("--mmoe", mmoe, ...typed, "--gpus", "2"))).toBe(0);
    expect(called("mmoe")).toEqual(["sweep", "smoke", ...typed, "--devices", "all", "--shard", "3/5"]);
  });

  test.each([
    ["exit 75", 75, true],
    ["kill -KILL $$", 137, true],
    ["exit 3", 3, false],
  ])("where mmoe ends by %s ends with %d, and requeues its own task, not the array: %j", async (end, code, again) => {
    for (const name of ["squeue", "scontrol"]) standIn(name, "echo RUNNING");
    expect(await ended(await script("--mmoe", standIn("mmoe", end)))).toBe(code);
    expect(called("scontrol")).toEqual(again ? ["requeue", "70_3"] : []);
  });

  test.each([
    ["does not answer at first", `test -e '$ASKED' && echo RUNNING || { touch '$ASKED'; false; }`, ["requeue", "70_3"]],
    ["says that it was cancelled", "echo CANCELLED", []],
  ])("where squeue %s, a task that stopped calls scontrol so: %j", async (_, squeue, requeues) => {
    standIn("scontrol", "");
    standIn("squeue", squeue.replaceAll("$ASKED", `${calls}.asked`));
    expect(await ended(await script("--mmoe", standIn("mmoe", "exit 75")))).toBe(75);
    expect(called("scontrol")).toEqual(requeues);
  });
});

describe("mmoe slurm --submit", () => {
  test("submits the array and a job behind it that merges, and says their numbers and how to watch", async () => {
    standIn("sbatch", `cat >> '${calls}.stdin'; grep -q afterany <<< "$*" && echo '71;main' || echo 70`);
    const argv = ["--array", "5", "--partition", "gpu", "--sbatch", "account=lab", "--out", "it's"];
    const { code, stdout, stderr } = await slurm(...argv, "--mmoe", "nice mmoe", "--submit");
    expect([code, stdout]).toEqual([0, "70\n71\n"]);
    expect(stderr).toContain("squeue --jobs 70,71\nmmoe status 'it'\\''s'\ntail mmoe-smoke-70_*.log\n");
    expect(readFileSync(`${calls}.stdin`, "utf8")).toBe(await script(...argv.slice(2), "--mmoe", "nice mmoe"));
    expect(called("sbatch")).toContain("--dependency=afterany:70");
    expect(called("sbatch").at(-1)).toMatch(/^cd -- '.*' && exec nice mmoe merge 'it'\\''s'$/);
  });

  test("says in one line what sbatch says against it", async () => {
    standIn(
      "sbatch",
      "echo 'sbatch: error: invalid partition\nsbatch: error: Batch job submission failed' >&2; exit 1",
    );
    expect(refusal(await slurm("--array", "5", "--submit"))).toBe("invalid partition; Batch job submission failed");
  });

  test("where there is no sbatch says what to do instead", async () => {
    expect(
      refusal(
        await runMain(["slurm", "smoke", "--array", "5", "--submit"], new EventEmitter(), {
          PATH: tools,
        }),
      ),
    ).toBe("can't start sbatch here; leave out --submit to print the script, and submit it on the cluster");
  });
});
