import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { printed, refusal, runMain, temporaryFolder } from "../support/effects.ts";

const folder = temporaryFolder();
const files: Record<string, string> = {};
beforeAll(async () => {
  for (const shell of ["bash", "zsh", "fish", "man"]) {
    const stdout = printed(await runMain(["completion", shell]));
    files[shell] = join(folder, `mmoe.${shell}`);
    writeFileSync(files[shell], stdout);
  }
  mkdirSync(join(folder, "results/mine"), { recursive: true });
  writeFileSync(join(folder, "own.yaml"), "");
});

const has = (program: string) => spawnSync(program, ["--version"]).status === 0;

/** What bash offers at the end of a line, as words split at spaces and `=`. */
function inBash(line: string): string[] {
  const words = line.split(/ |(=)/).filter((word) => word !== undefined);
  const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _mmoe; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const stdout = execFileSync("bash", ["-c", script, "bash", files.bash, ...words], { cwd: folder });
  return String(stdout).trim().split("\n");
}

describe("bash", () => {
  test.each([
    ["mmoe sw", ["sweep"]],
    ["mmoe sweep --mod", ["--models", "--model", "--model-set"]],
    ["mmoe sweep --engine ", ["auto", "cpu", "cuda", "tfjs"]],
    ["mmoe sweep --engine=c", ["cpu", "cuda"]],
    ["mmoe sweep --models mmoe,omo", ["mmoe,omoe", "mmoe,omoe-linear"]],
    ["mmoe sweep paper-", ["paper-long"]],
    ["mmoe sweep ow", ["own.yaml"]],
    ["mmoe summary results/", ["results/mine"]],
    ["mmoe claims results/mine --loss r", ["running"]],
    ["mmoe compare results/mine --format m", ["markdown"]],
    ["mmoe figures x --format svg,p", ["svg,png", "svg,pdf"]],
    ["mmoe report x -o ow", ["own.yaml"]],
    ["mmoe cuda s", ["setup"]],
    ["mmoe completion f", ["fish"]],
    ["mmoe sweep --runs ", [""]],
    ["mmoe sweep --method sum,pc", ["sum,pcgrad"]],
    ["mmoe sweep --diagnostics gr", ["gradients"]],
    ["mmoe sweep --diagnostics --lon", ["--long"]],
    ["mmoe summary results/mine --of l", ["loss", "log"]],
    ["mmoe summary results/mine --seesaw --format m", ["markdown"]],
    ["mmoe sweep --set hub", ["huberDelta="]],
    ["mmoe summary results/mine --at l", ["lr="]],
  ])("offers after '%s' %j", (line, words) => {
    expect(inBash(line)).toEqual(words);
  });
});

describe.skipIf(!has("fish"))("fish", () => {
  const inFish = (line: string) => {
    const text = execFileSync("fish", ["--no-config", "-c", `source ${files.fish}; complete -C '${line}'`], {
      cwd: folder,
    });
    return String(text)
      .trim()
      .split("\n")
      .map((found) => found.split("\t")[0]);
  };

  test.each([
    ["mmoe swe", ["sweep"]],
    ["mmoe sweep --engine c", ["cpu", "cuda"]],
    ["mmoe sweep --models mmoe,omo", ["mmoe,omoe", "mmoe,omoe-linear"]],
    ["mmoe summary x --forma", ["--format"]],
    ["mmoe summary res", ["results/"]],
  ])("offers after '%s' %j", (line, words) => {
    expect(inFish(line).toSorted()).toEqual(words);
  });
});

test.skipIf(!has("zsh"))("zsh takes the script after compinit, and knows the commands", () => {
  expect(spawnSync("zsh", ["-n", files.zsh]).stderr.toString()).toBe("");
  const load = `autoload -U compinit; compinit -D; source ${files.zsh}; print $_comps[mmoe]`;
  expect(execFileSync("zsh", ["-f", "-c", load]).toString()).toBe("_mmoe\n");
});

describe.skipIf(!has("man"))("the manual page", () => {
  test("is one that man reads without a warning, with every option", () => {
    const env = { ...process.env, MANROFFSEQ: "", LC_ALL: "C.UTF-8", MANWIDTH: "80" };
    const { stdout, stderr, status } = spawnSync("man", ["--warnings", "-l", files.man], { env });
    expect([status, String(stderr)]).toEqual([0, ""]);
    const text = String(stdout);
    expect(text).toMatch(/^MMOE\(1\)/);
    expect(text).toMatch(/mmoe sweep config\n.*Train models/);
    expect(text).toContain("--checkpoint-every time");
    expect(text).toContain("--diagnostics [list]");
  });
});

test("mmoe completion refuses another shell in one line", async () => {
  expect(refusal(await runMain(["completion", "bsh"]))).toBe(
    "shell: expected one of bash, zsh, fish, man, got 'bsh'; did you mean 'bash'?",
  );
});
