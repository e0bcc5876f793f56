import { describe, expect, test, vi } from "vitest";
import { LiveReport } from "../../../src/cli/live/live-report.ts";
import type { Drawn, DrawOptions } from "../../../src/cli/live/report-worker.ts";
import type { SweepStatus } from "../../../src/sweep/sweep-status.ts";

const OPTIONS = { folder: "results/none", choice: {}, loss: "train" } as const;

const statusOf = (done: number, missing: number, more: object = {}) =>
  ({ done, failed: 0, missing, writers: [], ...more }) as unknown as SweepStatus;

/** A report whose drawings end as they are told to. */
function reportWith() {
  const drawings: { options: DrawOptions; end(drawn: Drawn): void; fail(error: Error): void }[] = [];
  const draw = (options: DrawOptions) =>
    new Promise<Drawn>((end, fail) => {
      drawings.push({ options, end, fail });
    });
  const report = new LiveReport(OPTIONS, "waiting", new AbortController().signal, draw);
  const end = async (drawn: Drawn) => {
    drawings.at(-1)?.end(drawn);
    await report.close();
  };
  return { report, drawings, end };
}

describe("LiveReport", () => {
  test("waits for the first run, and then has its report and the version that the page says", async () => {
    const { report, drawings, end } = reportWith();
    report.update(statusOf(0, 3));
    expect([drawings.length, report.html, report.version]).toEqual([0, "waiting", ""]);
    report.update(statusOf(1, 2));
    await end({ html: "first" });
    expect([report.html, report.version]).toEqual(["first", drawings[0]?.options.version]);
    expect(report.version).toMatch(/^[0-9a-f]{16}$/);
  });

  test("draws one at a time, and none again of the same runs", async () => {
    const { report, drawings, end } = reportWith();
    for (const done of [1, 2, 3]) report.update(statusOf(done, 0));
    expect([drawings.length, report.isCurrent(statusOf(1, 0))]).toEqual([1, false]);
    await end({ html: "first" });
    report.update(statusOf(1, 0));
    expect([drawings.length, report.isCurrent(statusOf(1, 0)), report.isCurrent(statusOf(3, 0))]).toEqual([
      1,
      true,
      false,
    ]);
    report.update(statusOf(3, 0));
    expect(drawings).toHaveLength(2);
    await end({ html: "second" });
    expect(report.html).toBe("second");
  });

  test("rests while runs are missing: drawing takes a fifth of a core, and a page stays for three seconds", async () => {
    const clock = vi.spyOn(performance, "now").mockReturnValue(0);
    const processor = vi.spyOn(process, "cpuUsage").mockReturnValue({ user: 400_000, system: 100_000 });
    const at = (seconds: number) => clock.mockReturnValue(1000 * seconds);
    const { report, drawings, end } = reportWith();
    report.update(statusOf(1, 9));
    at(1);
    await end({ html: "first" });
    for (const [seconds, count] of [
      [3.9, 1],
      [4.1, 2],
    ] as const) {
      at(seconds);
      report.update(statusOf(2, 8));
      expect(drawings).toHaveLength(count);
    }
    processor.mockReturnValue({ user: 19e6, system: 1e6 });
    at(64.1); // a minute on a busy machine, which takes 20 s of a core
    await end({ html: "second" });
    for (const [seconds, count] of [
      [104, 2],
      [104.2, 3],
    ] as const) {
      at(seconds);
      report.update(statusOf(3, 7));
      expect(drawings).toHaveLength(count);
    }
    await end({ html: "third" });
    report.update(statusOf(10, 0)); // the last one does not wait
    expect(drawings).toHaveLength(4);
    await end({ html: "last" });
    for (const spy of [clock, processor]) spy.mockRestore();
  });

  test("is drawn again when a process ends, which its provenance says", async () => {
    const { report, drawings, end } = reportWith();
    const writer = (state: string) => statusOf(1, 0, { writers: [{ name: "a", runs: 1, state }] });
    report.update(writer("training"));
    await end({ html: "first" });
    report.update(writer("ended"));
    expect(drawings).toHaveLength(2);
    await end({ html: "second" });
  });

  test("keeps the page while the folder is in trouble, and throws a bug at the next call", async () => {
    const clock = vi.spyOn(performance, "now").mockReturnValue(0);
    const processor = vi.spyOn(process, "cpuUsage").mockReturnValue({ user: 0, system: 0 });
    const { report, drawings, end } = reportWith();
    report.update(statusOf(1, 0));
    await end({ html: "first" });
    const { version } = report;
    report.update(statusOf(2, 0));
    await end({ trouble: "two results of one run" });
    expect([report.html, report.version, report.trouble]).toEqual(["first", version, "two results of one run"]);
    report.update(statusOf(2, 0)); // it tries again
    drawings.at(-1)?.fail(new TypeError("a bug"));
    await report.close();
    expect(drawings).toHaveLength(3);
    expect(() => report.update(statusOf(2, 0))).toThrow("a bug");
    for (const spy of [clock, processor]) spy.mockRestore();
  });
});
