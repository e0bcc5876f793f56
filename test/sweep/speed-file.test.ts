import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { speedFile, speedHere } from "../../src/sweep/speed-file.ts";
import { temporaryFolder } from "../support/effects.ts";

const SPEED = vi.hoisted(() => ({
  ...{ runs: 0, steps: 1, values: 2, flop: 3, units: 4, mixed: 5, evaluated: 9, drawn: 6, labelled: 7, gathered: 8 },
}));
const measured = vi.hoisted(() => vi.fn(async () => SPEED));
vi.mock("../../src/sweep/speed.ts", () => ({ measureSpeed: measured }));

let env: { XDG_CACHE_HOME: string };
let file = "";
let kernels = 0;
beforeEach(() => {
  env = { XDG_CACHE_HOME: temporaryFolder() };
  file = speedFile(env) as string;
  kernels++; // a process measures each kind once
});
afterEach(() => {
  measured.mockClear();
});

const notes: string[] = [];
const engineOf = (device: string) => ({ device, train: async () => {} });
const here = (device = `set${kernels}`, workers = 2) =>
  speedHere(engineOf(device), workers, { env, note: (line) => notes.push(line) });

/** Puts another time of its measurement into the file, under other kernels. */
function change(device: string, changes: object): void {
  const kept = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, JSON.stringify({ ...kept, speeds: [{ ...kept.speeds[0], kernels: device, ...changes }] }));
}

describe("speedHere(engine, workers)", () => {
  test("measures once, says so, and keeps the speed in the user's cache", async () => {
    notes.length = 0;
    expect([await here(), await here()]).toEqual([SPEED, SPEED]);
    expect(measured).toHaveBeenCalledTimes(1);
    expect(notes).toEqual([`measuring how fast this machine trains, once; kept in ${file}`]);
    expect(JSON.parse(readFileSync(file, "utf8")).speeds).toEqual([
      expect.objectContaining({ workers: 2, speed: SPEED }),
    ]);
  });

  test("takes the speed that another process kept", async () => {
    await here();
    const other = { ...SPEED, steps: 100 };
    change("kept", { speed: other });
    expect(await here("kept")).toEqual(other);
    expect(measured).toHaveBeenCalledTimes(1);
  });

  test.each([
    ["is of another number of workers", { workers: 3 }],
    ["is of another mmoe", { mmoe: "0.0.1" }],
    ["is of another processor", { cpu: "abacus" }],
    ["is more than 30 days old", { measured: new Date(Date.now() - 31 * 86_400_000).toISOString() }],
    ["is damaged", { speed: { steps: -1 } }],
  ])("measures again if what was kept %s", async (_, changes) => {
    await here();
    const device = `${JSON.stringify(changes)}`;
    change(device, changes);
    await here(device);
    expect(measured).toHaveBeenCalledTimes(2);
  });

  test("measures where the cache can't be read or written", async () => {
    mkdirSync(dirname(file), { recursive: true });
    mkdirSync(file);
    expect(await here()).toEqual(SPEED);
  });
});

test("speedFile(env) is in the user's cache folder; there is none without a home", () => {
  expect(speedFile({ XDG_CACHE_HOME: "/c", HOME: "/h" })).toBe(join("/c", "mmoe/speed.json"));
  expect(speedFile({ XDG_CACHE_HOME: "relative", HOME: "/h" })).toBe("/h/.cache/mmoe/speed.json");
  expect(speedFile({})).toBeUndefined();
});
