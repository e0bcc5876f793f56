import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { type Fault, ODD_TEXTS, oneOf, wholeBetween } from "./fault.ts";

const SLURM = ["slurm", "smoke", "--array", "2", "--mmoe", "true"];
const K8S = ["k8s", "smoke", "--completions", "2", "--image", "i"];
const OPTIONS: readonly (readonly [argv: readonly string[], options: readonly string[]])[] = [
  [SLURM, ["--partition", "--sbatch", "--out", "--time", "--set"]],
  [K8S, ["--image", "--claim", "--name", "--out", "--memory"]],
];
const SIGNS = [
  ...["\n", "\n", "\n#", "\r", ";", "#", "'", '"', "`", "$(", ")", "&", "|", "\\", ": ", "- ", "=", " "],
  ...["\u2028", "a", "p=b"],
];

export const scripts: Fault = {
  name: "scripts",
  about:
    "names that try to be commands, lines or keys of their own in a batch script or a manifest: refused, or plain text",
  share: 10,
  async attempt(random) {
    const mark = join(temporaryFolder(), "started");
    const [argv, options] = oneOf(OPTIONS, random);
    const signs = () => Array.from({ length: wholeBetween(0, 4, random) }, () => oneOf(SIGNS, random)).join("");
    const odd = random() < 0.2 ? oneOf(ODD_TEXTS, random) : `${signs()}touch ${mark}${signs()}`;
    const option = oneOf(options, random);
    const given = [...argv, option, `${PREFIX[option] ?? ""}${odd}`];
    const { code, stdout, stderr } = await runMain(given);
    const told = `${JSON.stringify(given)}: exit ${code}: ${stderr}`;
    if (code === 2)
      return /^(mmoe: [^\n]+\n)+$/.test(stderr) && stdout === "" ? undefined : `no line says why: ${told}`;
    if (code !== 0) return told;
    return argv === SLURM ? inScript(stdout, mark, told) : inManifest(stdout, told);
  },
};

const PREFIX: Readonly<Record<string, string>> = { "--set": "about=", "--sbatch": "comment=" };

/** The script starts nothing but what it starts by itself, and asks Slurm for nothing else. */
async function inScript(script: string, mark: string, told: string): Promise<string | undefined> {
  const env = { ...process.env, SLURM_ARRAY_JOB_ID: "7", SLURM_ARRAY_TASK_ID: "1" };
  const { status, stderr } = spawnSync("bash", ["-c", script], { env, encoding: "utf8" });
  if (status !== 0) return `${told}: its script ends with ${status}: ${stderr}`;
  if (existsSync(mark)) return `${told}: a command was started`;
  const { stdout } = await runMain(SLURM);
  const keys = (text: string) =>
    text
      .split("\nset -eu\n", 1)[0]
      ?.split("\n")
      .map((line) => line.split(/[ =]/, 2).join(" "));
  const plain = [...(keys(stdout) ?? []), "#SBATCH --partition", "#SBATCH --comment"];
  const own = keys(script)?.filter((key) => !plain.includes(key));
  return own?.length === 0 ? undefined : `${told}: lines of its own: ${own?.join(" | ")}`;
}

/** The manifest has no key but those that it has without the odd name. */
async function inManifest(yaml: string, told: string): Promise<string | undefined> {
  const { stdout } = await runMain(K8S);
  const plain = keysOf(stdout);
  const own = keysOf(yaml).filter((key) => !plain.includes(key) && !key.endsWith("/memory"));
  if (own.length > 0) return `${told}: keys of its own: ${own.join(" | ")}`;
  const named = /^ +(image|claimName): (?!\S+$).*$/m.exec(yaml)?.[0];
  return named === undefined ? undefined : `${told}: no name: ${named}`;
}

function keysOf(yaml: string): string[] {
  const keys = (value: unknown, at: string): string[] => {
    if (typeof value !== "object" || value === null) return [at];
    return Object.entries(value).flatMap(([key, inner]) => keys(inner, `${at}/${Array.isArray(value) ? "" : key}`));
  };
  return parseAllDocuments(yaml).flatMap((document) => keys(document.toJS(), ""));
}
