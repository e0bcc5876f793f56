import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { refusal, runMain, temporaryFolder } from "../../support/effects.ts";
import { fakeEngine } from "../../support/fake-engine.ts";
import { eventsOf, eventWhere, type Serving, serve } from "../../support/serving.ts";

const engine = vi.hoisted(() => ({ load: () => ({}) }));
vi.mock("../../../src/sweep/engines.ts", async (original) => ({
  ...(await original<object>()),
  loadEngine: async () => engine.load(),
}));

/** Tests wait for many looks into the folder. */
const often = vi.hoisted(() => ({ EVERY_MS: 250 }));
vi.mock("../../../src/cli/live/status-event.ts", async (original) => ({ ...(await original<object>()), ...often }));

const looks = vi.hoisted(() => ({ count: 0 }));
vi.mock("../../../src/sweep/sweep-status.ts", async (original) => {
  const whole = await original<typeof import("../../../src/sweep/sweep-status.ts")>();
  const statusOf: typeof whole.statusOf = (...args) => {
    looks.count++;
    return whole.statusOf(...args);
  };
  return { ...whole, statusOf };
});

let out = "";
let serving: Serving | undefined;
beforeEach(() => {
  out = join(temporaryFolder(), "results");
  engine.load = () => fakeEngine();
});
afterEach(async () => {
  await serving?.stop();
  serving = undefined;
});

const sweep = (...argv: string[]) => runMain(["sweep", "smoke", "--models", "mmoe", "--out", out, ...argv]);
const pageOf = async ({ address }: Serving) => (await fetch(address)).text();
const versionIn = (page: string) => /data-version="(\w*)"/.exec(page)?.[1];

/** Gives a sweep more runs than it has. */
function extend(folder: string, from: number, to: number): void {
  const config = join(folder, "config.yaml");
  writeFileSync(config, readFileSync(config, "utf8").replace(`runs: ${from}`, `runs: ${to}`));
}

/** A sweep whose runs wait, each for a call of `next`, which waits until the run has begun. */
function sweepByHand() {
  const waiting: (() => void)[] = [];
  let arrived: (() => void) | undefined;
  engine.load = () =>
    fakeEngine({
      before: () =>
        new Promise<void>((go) => {
          waiting.push(go);
          arrived?.();
        }),
    });
  const ended = sweep("--runs", "2");
  const next = async () => {
    if (waiting.length === 0) await new Promise<void>((done) => (arrived = done));
    waiting.shift()?.();
  };
  const begun = () => (waiting.length > 0 ? undefined : new Promise<void>((done) => (arrived = done)));
  return { ended, next, begun };
}

describe("mmoe report DIR --serve", () => {
  test("follows a sweep from before its first run has ended to its end", async () => {
    const { ended, next, begun } = sweepByHand();
    await begun();
    serving = await serve(out);
    expect(serving.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/$/);
    const { port } = new URL(serving.address);
    expect(serving.notes()).toMatch(
      new RegExp(`^Ctrl-C ends it\\. .*: ssh -L ${port}:127\\.0\\.0\\.1:${port} \\S+\n$`),
    );
    const waiting = await pageOf(serving);
    expect([versionIn(waiting), waiting.includes('id="figures"')]).toEqual(["", false]);

    const events = eventsOf(serving.address);
    const seen = async (wanted: (event: Awaited<ReturnType<typeof eventWhere>>) => boolean) => {
      for (;;) {
        const { value } = await events.next();
        if (wanted(value)) return value;
      }
    };
    expect(await seen(() => true)).toMatchObject({
      state: "training",
      version: "",
      total: expect.stringMatching(/^4 runs: 0 done/),
    });
    await next();
    const first = await seen(({ version }) => version !== "");
    const page = await pageOf(serving);
    expect(versionIn(page)).toBe(first.version);
    expect(page).toContain("3 of 4 runs are missing");

    for (let i = 0; i < 3; i++) await next();
    await ended;
    const last = await seen(({ state }) => state === "ended");
    expect(last).toMatchObject({
      total: "4 runs: 4 done, 0 failed, 0 missing",
      shares: { done: 1, failed: 0, training: 0 },
    });
    const whole = await pageOf(serving);
    expect(versionIn(whole)).toBe(last.version);
    expect(whole).toContain("4 runs, none failed, none missing.");
    expect([await serving.stop(), (await events.next()).done]).toEqual([0, true]);
  });

  test("tells a new page what is known before it looks into the folder", async () => {
    await sweep("--runs", "2");
    extend(out, 2, 3);
    serving = await serve(out);
    rmSync(join(out, "config.yaml"));
    const events = eventsOf(serving.address);
    const [first, second] = [(await events.next()).value, (await events.next()).value];
    expect([first.state, first.total, second.state]).toEqual([
      "idle",
      "6 runs: 4 done, 0 failed, 2 missing",
      "trouble",
    ]);
  });

  test("looks into the folder once for many new pages", async () => {
    await sweep("--runs", "2");
    extend(out, 2, 3);
    serving = await serve(out);
    const { address } = serving;
    looks.count = 0;
    const began = performance.now();
    for (let i = 0; i < 8; i++) await Promise.all(Array.from({ length: 8 }, () => eventsOf(address).next()));
    expect(looks.count).toBeGreaterThan(0);
    expect(looks.count).toBeLessThan(2 + (performance.now() - began) / often.EVERY_MS);
  });

  test.each([
    [["--port", "70000"], "--port: expected a whole number from 1 to 65535, got '70000'"],
    [["-o", "x.html"], "--serve writes no file; leave --output out"],
    [["--overwrite"], "--serve writes no file; leave --overwrite out"],
    [["--at", "lr"], "--at: expected setting=value, such as lr=0.01, got 'lr'"],
  ])("refuses %s by one line", async (words, line) => {
    await sweep("--runs", "1");
    expect(refusal(await runMain(["report", out, "--serve", ...words]))).toBe(line);
  });

  test("refuses a folder without a sweep, and one without a journal", async () => {
    expect(refusal(await runMain(["report", out, "--serve"]))).toContain(": no such folder");
    await sweep("--runs", "1");
    const begun = join(out, "..", "begun");
    mkdirSync(begun);
    copyFileSync(join(out, "config.yaml"), join(begun, "config.yaml"));
    expect(refusal(await runMain(["report", begun, "--serve"]))).toBe(
      `${begun} holds no journal yet; train with: mmoe sweep ${begun}/config.yaml --out ${begun}`,
    );
    expect(refusal(await runMain(["report", out, "--port", "9"]))).toBe("--port 9 is for --serve; give both");
  });
});

describe("mmoe report DIR --serve of a sweep that has ended", () => {
  let [folder, version, served] = ["", "", undefined as Serving | undefined];
  beforeAll(async () => {
    engine.load = () => fakeEngine();
    folder = join(temporaryFolder(), "results");
    await runMain(["sweep", "smoke", "--models", "mmoe", "--out", folder, "--runs", "2"]);
    served = await serve(folder);
    ({ version } = await eventWhere(served.address, ({ state }) => state === "ended"));
  });
  afterAll(async () => expect(await served?.stop("SIGHUP")).toBe(0));
  const events = () => eventsOf(served?.address as string);

  test("writes nothing into the folder, and has the same version after a new start", async () => {
    const before = readdirSync(folder, { recursive: true }).sort();
    serving = await serve(folder, "--loss", "heldout");
    expect((await eventWhere(serving.address, ({ state }) => state === "ended")).version).toBe(version);
    expect(await pageOf(serving)).toContain('id="show-heldout" checked');
    expect(await serving.stop("SIGTERM")).toBe(0);
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(before);
  });

  test("says what is wrong with a folder that goes, and follows it when it comes back", async () => {
    const told = events();
    await told.next();
    renameSync(folder, `${folder}-away`);
    let { value } = await told.next();
    while (value.state !== "trouble") ({ value } = await told.next());
    expect(value.note).toMatch(`${folder}: no such folder`);
    renameSync(`${folder}-away`, folder);
    while (value.state !== "ended") ({ value } = await told.next());
  });

  test("never tells a new page by hearsay that the sweep has ended", async () => {
    extend(folder, 2, 3);
    expect((await events().next()).value.state).toBe("idle");
  });
});
