import { describe, expect, test } from "vitest";
import { trainedHash } from "../../src/config/config.ts";
import { loadConfig, override, setOverride } from "../../src/config/load.ts";
import { planRuns } from "../../src/sweep/plan.ts";
import { complaint } from "../support/complaint.ts";
import { smoke } from "../support/configs.ts";

test("planRuns(config) gives every pair the cell's correlation, or its share of it by the matrix", () => {
  const matrixOf = (...settings: string[]) => {
    const [run] = planRuns(smoke("tasks=3", "correlations=[0.5]", ...settings));
    return run?.correlationMatrix?.map((row) => row.join(" ")).join("; ");
  };
  expect(matrixOf()).toBe("1 0.5 0.5; 0.5 1 0.5; 0.5 0.5 1");
  const matrix = "correlationMatrix=[[1, 0.8, 0], [0.8, 1, -0.2], [0, -0.2, 1]]";
  expect(matrixOf(matrix)).toBe("1 0.4 0; 0.4 1 -0.1; 0 -0.1 1");
});

test("other tasks, or another matrix, which nothing can change, are another sweep", () => {
  const hashes = [[], ["tasks=3"], ["tasks=4"], ["correlationMatrix=[[1, 0.5], [0.5, 1]]"]].map((settings) =>
    trainedHash(smoke(...settings)),
  );
  expect(new Set(hashes).size).toBe(4);
  const { correlationMatrix } = smoke("correlationMatrix=[[1, 0.5], [0.5, 1]]");
  expect(() => correlationMatrix?.[0]?.push(0)).toThrow(TypeError);
});

describe("what the generator can't make is refused by its setting:", () => {
  const MATRIX = "--set correlationMatrix:";
  test.each([
    [["tasks=1"], "--set tasks: expected a whole number from 2 to 2147483647, got 1"],
    [["tasks=101"], "--set tasks: expected at most 100, the inputs of the generator 'paper', got 101"],
    [["correlations=[-0.6]", "tasks=3"], "expected from -0.5 to 1 for 3 tasks that share it, got -0.6"],
    [
      ["tasks=3", "correlationMatrix=[[1, 0], [0, 1]]"],
      `${MATRIX} expected 3 x 3 correlations, one row a task, got 2 x 2`,
    ],
    [["correlationMatrix=[[1, 0.5], [0.4, 1]]"], `${MATRIX} [0][1]: expected 0.4, as in [1][0], got 0.5`],
    [["correlationMatrix=[[1, 2], [2, 1]]"], `${MATRIX} expected a list of rows of numbers from -1 to 1, one row and`],
    [
      ["tasks=3", "correlations=[0.5, 1]", "correlationMatrix=[[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]"],
      `${MATRIX} correlation 1 of the given matrix: no 3 tasks have these correlations`,
    ],
  ])("%j", (settings, message) => {
    expect(complaint(() => smoke(...settings))).toContain(message);
  });

  test("a correlation of --corr, by the flag; three tasks may have -1/2, and no less", () => {
    expect(smoke("tasks=3", "correlations=[-0.5]").correlations).toEqual([-0.5]);
    const load = () => loadConfig("smoke", [override("--corr", "correlations", ["-0.9"]), setOverride("tasks=4")]);
    expect(load).toThrow("--corr: correlation: expected from -0.333 to 1 for 4 tasks that share it, got -0.9");
  });
});
