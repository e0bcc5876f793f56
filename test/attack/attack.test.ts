import { describe, expect, test } from "vitest";
import { attack, FAULTS_INSIDE } from "./attack.ts";
import { type Fault, ODD_TEXTS } from "./fault.ts";

const quiet = { note: () => {}, deadline: Number.POSITIVE_INFINITY };

describe("a small attack holds", () => {
  test.each(FAULTS_INSIDE)("against $name", async (fault) => {
    const [result] = await attack([fault], { ...quiet, seed: "ci", tries: 50 });
    if (result?.lacking !== undefined) console.warn(`${fault.name}: not tried: ${result.lacking}`);
    expect(result?.failures).toEqual([]);
  });
});

describe("attack(faults, { seed, tries, deadline })", () => {
  const drawn: number[] = [];
  const fault: Fault = {
    ...{ name: "fault", about: "", share: 50 },
    attempt: async (random) => {
      drawn.push(random());
      return drawn.length % 2 === 0 ? `${drawn.length}` : undefined;
    },
  };

  test("tries a fault by its share, and keeps what did not hold", async () => {
    drawn.length = 0;
    const [result] = await attack([fault], { ...quiet, seed: "a", tries: 9 });
    expect([result?.tried, result?.failures]).toEqual([5, ["2", "4"]]);
    expect(new Set(drawn).size).toBe(5);
  });

  test("does the same for the same seed", async () => {
    drawn.length = 0;
    for (const seed of ["a", "b", "a"]) await attack([fault], { ...quiet, seed, tries: 4 });
    expect(drawn.slice(4)).toEqual(drawn.slice(0, 2));
    expect(drawn.slice(2, 4)).not.toEqual(drawn.slice(0, 2));
  });

  test("tries nothing after its deadline, nor what the machine lacks", async () => {
    const late = await attack([fault], { ...quiet, seed: "a", tries: 4, deadline: 0 });
    const lacking = await attack([{ ...fault, lacking: () => "no disk" }], { ...quiet, seed: "a", tries: 4 });
    expect([late[0]?.tried, lacking[0]?.tried, lacking[0]?.lacking]).toEqual([0, 0, "no disk"]);
  });
});

test("odd texts are many, and all different", () => {
  expect(new Set(ODD_TEXTS).size).toBe(ODD_TEXTS.length);
});
