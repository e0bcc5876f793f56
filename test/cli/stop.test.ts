import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Stop, stopOnSignals } from "../../src/cli/stop.ts";

let signals: EventEmitter;
let stop: Stop;
/** What was said on stderr, and exit codes. */
let happened: unknown[];

beforeEach(() => {
  vi.useFakeTimers();
  signals = new EventEmitter();
  happened = [];
  const stderr = { write: (text: string) => happened.push(text) };
  const effects = {
    stdout: stderr,
    stderr,
    env: {},
    on: (signal: string, listener: () => void) => signals.on(signal, listener),
    off: (signal: string, listener: () => void) => signals.off(signal, listener),
    exit: (code: number) => happened.push(code),
  };
  stop = stopOnSignals(effects, "all is kept");
});
afterEach(() => {
  stop.release();
  vi.useRealTimers();
});

describe("stopOnSignals(effects)", () => {
  test.each([
    ["SIGINT", 130, "by Ctrl-C"],
    ["SIGTERM", 75, "by SIGTERM"],
    ["SIGHUP", 75, "by SIGHUP"],
  ])("stops on a first %s, and says which it was", (name, code, reason) => {
    signals.emit(name);
    expect([stop.signal.aborted, stop.code, stop.reason, happened]).toEqual([true, code, reason, []]);
  });

  test("ends at once on a second signal, with the code of that", () => {
    signals.emit("SIGINT");
    vi.advanceTimersByTime(600);
    signals.emit("SIGTERM");
    expect(happened).toEqual(["mmoe: stopped at once by SIGTERM; all is kept\n", 75]);
  });

  test("takes a signal that comes twice at the same time, from a parent that passes it on, for one", () => {
    signals.emit("SIGTERM");
    vi.advanceTimersByTime(100);
    signals.emit("SIGTERM");
    expect([stop.code, happened]).toEqual([75, []]);
  });

  test("released, leaves no listener", () => {
    signals.emit("SIGINT");
    stop.release();
    expect(signals.eventNames()).toEqual([]);
  });
});
