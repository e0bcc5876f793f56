import { readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { homePaths, SETUP_FILES } from "../../src/cuda/home.ts";
import { csvFile } from "../support/csv.ts";
import { temporaryFolder } from "../support/effects.ts";
import { mmoe } from "./mmoe.ts";

const HOME = process.env.MMOE_CUDA_HOME as string;

const rowsIn = (out: string) => csvFile(out, "runs.csv");
function provenanceIn(out: string): { dependencies: Record<string, string> } {
  const file = readdirSync(join(out, "journal")).find((name) => name.endsWith(".provenance.json")) as string;
  return JSON.parse(readFileSync(join(out, "journal", file), "utf8"));
}

/** The lines of stderr but for those that a slow machine has time for. */
const withoutPace = (stderr: string) => stderr.split("\n").filter((line) => line !== "" && !/% of the work/.test(line));
const newFolder = () => join(temporaryFolder(), "results");

describe("mmoe cuda setup --cpu", () => {
  test("finds all there the second time, and loads it", () => {
    const { status, stdout, stderr } = mmoe("cuda", "setup", "--cpu");
    expect([status, stderr]).toEqual([0, `${HOME}: all is there\n`]);
    expect(stdout).toMatch(/^TensorFlow 2\.\d+\.\d+ computes on the CPU\n$/);
  });

  test("locks the libraries that TensorFlow's wheel names for cards", () => {
    const { libraries } = homePaths(HOME);
    const info = readdirSync(libraries).find((name) => /^tensorflow.*\.dist-info$/.test(name)) as string;
    const metadata = readFileSync(join(libraries, info, "METADATA"), "utf8");
    const named = [...metadata.matchAll(/^Requires-Dist: ([\w.-]+) ?\(?(==[\w.]+)\)? ?; extra == ['"]and-cuda['"]/gm)];
    const locked = readFileSync(join(SETUP_FILES, "nvidia.txt"), "utf8").match(/^nvidia\S+/gm);
    expect(named.map(([, name, version]) => `${name}${version}`).sort()).toEqual(locked);
  });

  test("makes a home that can be moved", () => {
    const elsewhere = `${HOME}-moved`;
    renameSync(HOME, elsewhere);
    try {
      expect(mmoe("cuda", "setup", "--cpu", "--prefix", elsewhere).stdout).toMatch(/^TensorFlow .* computes/);
    } finally {
      renameSync(elsewhere, HOME);
    }
  });
});

describe("mmoe sweep", () => {
  const TENSORFLOW = ["--engine", "tfjs", "--backend", "tensorflow"];
  const small = ["--corr", "0.5", "--runs", "3", "--steps", "100"];

  test("--engine tfjs --backend tensorflow trains, quietly, to the cpu engine's losses", () => {
    const [out, reference] = [newFolder(), newFolder()];
    const { status, stderr } = mmoe("sweep", "smoke", ...small, ...TENSORFLOW, "--out", out);
    expect(status).toBe(0);
    expect(withoutPace(stderr)).toEqual([`${out}: 9 runs on tfjs (tensorflow cpu)`]);
    expect(mmoe("sweep", "smoke", ...small, "--engine", "cpu", "--out", reference).status).toBe(0);
    const [rows, expected] = [rowsIn(out), rowsIn(reference)];
    expect(rows).toHaveLength(9);
    for (const [i, row] of rows.entries()) {
      expect(row).toMatchObject({ id: expected[i]?.id, engine: "tfjs", device: "tensorflow cpu", status: "done" });
      expect(Number(row.finalTrainLossMean) / Number(expected[i]?.finalTrainLossMean)).toBeCloseTo(1, 2);
    }
    expect(provenanceIn(out).dependencies.tensorflow).toMatch(/^2\.\d+\.\d+$/);
    expect(mmoe("verify", out, "--runs", "2").status).toBe(0);
  });

  test("lets TensorFlow be heard by who sets its log's level to 0", () => {
    vi.stubEnv("TF_CPP_MIN_LOG_LEVEL", "0");
    const { stderr } = mmoe("sweep", "smoke", "--runs", "1", "--steps", "5", ...TENSORFLOW, "--out", newFolder());
    vi.unstubAllEnvs();
    expect(stderr).toMatch(/cpu_feature_guard/);
  });

  test("--engine cuda refuses to train on a CPU unless --allow-cpu", () => {
    const out = newFolder();
    const argv = ["sweep", "smoke", "--runs", "1", "--steps", "5", "--engine", "cuda", "--out", out];
    const refused = mmoe(...argv);
    expect([refused.status, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/^mmoe: engine cuda: .* --allow-cpu .*\n$/),
    ]);
    expect(withoutPace(mmoe(...argv, "--allow-cpu").stderr)).toEqual([`${out}: 6 runs on cuda (tensorflow cpu)`]);
  });
});

test("mmoe doctor tries TensorFlow and finds its losses to be the reference's", () => {
  const { status, stdout } = mmoe("doctor", "--engine", "tfjs", "--json");
  const { engines, cuda } = JSON.parse(stdout);
  expect(status).toBe(0);
  expect(cuda.trial).toMatchObject({ computes: true, onCard: false });
  expect(engines).toMatchObject([
    { engine: "tfjs", works: true, device: "wasm" },
    { engine: "tfjs --backend tensorflow", works: true, device: "tensorflow cpu" },
  ]);
  expect(mmoe("doctor", "--engine", "cuda").status).toBe(4);
});
