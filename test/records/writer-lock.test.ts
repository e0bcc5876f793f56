import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname, uptime } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { isTraining, Lock, type Shard } from "../../src/records/writer-lock.ts";
import { temporaryFolder } from "../support/effects.ts";

/** A folder in which another living process trains `shard`. */
function heldBy(shard: Shard | null, changes: object = {}): string {
  const folder = temporaryFolder();
  const owner = { pid: process.ppid, host: hostname(), began: null, since: "2026-01-01T00:00:00Z", shard, ...changes };
  writeFileSync(join(folder, `${owner.host}-${process.ppid}.lock`), JSON.stringify(owner));
  return folder;
}

const shard = (index: number, count: number) => ({ index, count });

test.each([
  ["the whole beside the whole", null, null],
  ["a shard beside the whole", null, shard(1, 4)],
  ["the whole beside a shard", shard(1, 4), null],
  ["a shard beside itself", shard(2, 4), shard(2, 4)],
  ["a shard beside one of another split", shard(1, 4), shard(2, 8)],
])("new Lock(folder, shard) refuses %s and leaves no lock", (_, held, wanted) => {
  const folder = heldBy(held);
  expect(() => new Lock(folder, wanted)).toThrow(`process ${process.ppid} on ${hostname()}`);
  expect(readdirSync(folder)).toHaveLength(1);
});

test.each([-10, 10])("new Lock(folder, shard) tells another's age though the wall clock jumps by %d days", (days) => {
  const stat = readFileSync(`/proc/${process.ppid}/stat`, "utf8");
  const began = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  const folder = heldBy(null, { began, since: new Date().toISOString() });
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + days * 86_400_000 });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  expect(() => new Lock(folder, null)).toThrow(/ \(\d{1,4} min ago\); /);
});

test.each([
  ["was killed", { pid: spawnSync("true").pid }],
  ["had the number of another that runs now", { began: "1" }],
])("new Lock(folder, shard) removes the lock of a process that %s", (_, changes) => {
  const folder = heldBy(null, changes);
  new Lock(folder, null).release();
  expect(readdirSync(folder)).toEqual([]);
});

test("new Lock(folder, shard) leaves a lock that can't be read as it is", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "torn.lock"), '{"pid": ');
  writeFileSync(join(folder, "notes.txt"), JSON.stringify({ pid: process.ppid, host: hostname(), began: null }));
  new Lock(folder, null).release();
  expect(readdirSync(folder)).toEqual(["notes.txt", "torn.lock"]);
});

test("new Lock(folder, shard) tells by the system's uptime how long a process trains whose beginning is known", () => {
  const stat = readFileSync("/proc/1/stat", "utf8");
  const began = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  const minutes = Math.round((uptime() - Number(began) / 100) / 60);
  const folder = heldBy(null, { pid: 1, began });
  expect(() => new Lock(folder, null)).toThrow(new RegExp(` \\((${minutes}|${minutes + 1}) min ago\\); `));
});

test("new Lock(folder, shard) tells by the wall clock how long a process trains whose beginning is not known", () => {
  const folder = heldBy(null, { since: new Date(Date.now() - 150_000 + 1000).toISOString() });
  expect(() => new Lock(folder, null)).toThrow(" (2 min ago); ");
});

test("isTraining(folder, process) knows a living process by its lock, and none of another machine", () => {
  const [folder, own] = [heldBy(null), { host: hostname(), pid: process.ppid }];
  expect(isTraining(folder, own)).toBe(true);
  expect(isTraining(folder, { ...own, pid: process.pid })).toBe(false);
  expect(isTraining(temporaryFolder(), own)).toBe(false);
  expect(isTraining(folder, { ...own, host: "another-machine" })).toBeUndefined();
});

test("new Lock(folder, shard) lets other shards of one split, and other machines, train beside it", () => {
  for (const folder of [heldBy(shard(1, 4)), heldBy(null, { host: "another-machine" })]) {
    const lock = new Lock(folder, shard(2, 4));
    expect(readdirSync(folder)).toHaveLength(2);
    lock.release();
    expect(readdirSync(folder)).toHaveLength(1);
  }
});
