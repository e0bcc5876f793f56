import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, symlinkSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { homePaths } from "../../src/cuda/home.ts";
import { type HomeLock, lockHome } from "../../src/cuda/lock.ts";
import { thisMachine } from "../../src/cuda/machine.ts";
import { UsageError } from "../../src/errors.ts";
import { temporaryFolder } from "../support/effects.ts";
import { fails, fakeMachine } from "../support/fake-machine.ts";

const machine = thisMachine(process.env);
let home = "";
let held: HomeLock[] = [];
beforeEach(() => {
  home = temporaryFolder();
  held = [];
});
afterEach(() => {
  for (const lock of held) lock.release();
});

/** Locks the home; `told` is called with what it can't do at once. */
async function lock(told: (line: string) => void, signal = new AbortController().signal): Promise<void> {
  held.push(await lockHome(machine, home, { signal, note: told }));
}

/** A lock that has to wait, from when it says so. */
async function waitingLock(signal?: AbortSignal): Promise<{ said: string; locked: Promise<void> }> {
  let locked = Promise.resolve();
  const said = await new Promise<string>((told) => {
    locked = lock(told, signal);
  });
  expect(said).toContain("waiting");
  return { said, locked };
}

const release = () => held.shift()?.release();
const never = (line: string) => expect.unreachable(line);

test("lockHome(machine, home) waits for the process that is in, names it, and gets in when that is out", async () => {
  await lock(never);
  const { said, locked } = await waitingLock();
  expect(said).toContain(`${home}: mmoe cuda setup (process ${process.pid} on `);
  expect(said).toMatch(/\) is working here; waiting for it$/);
  release();
  await locked;
});

test("lockHome(machine, home) gets in where one before was released, or killed", async () => {
  await lock(never);
  release();
  const killed = spawn("flock", ["--no-fork", homePaths(home).lock, "cat"], { stdio: ["pipe", "pipe", "inherit"] });
  killed.stdin.write("locked\n");
  await once(killed.stdout, "data");
  killed.kill("SIGKILL");
  await once(killed, "close");
  await lock(never);
});

test("lockHome(machine, home) waits for what a killed set-up started", async () => {
  await lock(never);
  const stop = new AbortController();
  const command = machine.run("sleep", ["100"], { inherits: held[0]?.file, signal: stop.signal });
  release();
  const { locked } = await waitingLock();
  stop.abort();
  await expect(command).rejects.toThrow();
  await locked;
});

test("lockHome(machine, home) waits no longer once it is aborted", async () => {
  await lock(never);
  const stop = new AbortController();
  const { locked } = await waitingLock(stop.signal);
  stop.abort();
  await expect(locked).rejects.toThrow(/abort/i);
});

test("lockHome(machine, home) does not go in where its waiting was ended, as a terminal's Ctrl-C does", async () => {
  const flock = ([option]: readonly string[]) => (option === "--nonblock" ? fails() : fails("ended by SIGINT"));
  const signal = new AbortController().signal;
  await expect(lockHome(fakeMachine({ commands: { flock } }), home, { signal, note: () => {} })).rejects.toThrow(
    `${home}: another mmoe cuda setup is working here; waiting failed: ended by SIGINT`,
  );
});

test("lockHome(machine, home) gets in where the disk is too full to say who did", async () => {
  symlinkSync("/dev/full", homePaths(home).lock);
  await lock(never);
});

test("lockHome(machine, home) says in one line why it can't lock", async () => {
  mkdirSync(homePaths(home).lock);
  await expect(lock(never)).rejects.toThrow(
    new UsageError(`${home}: can't be locked: illegal operation on a directory; give another --prefix`),
  );
});

test("lockHome(machine, home) says so where there are no locks, and goes on", async () => {
  const notes: string[] = [];
  const signal = new AbortController().signal;
  held.push(await lockHome(fakeMachine(), home, { signal, note: (line) => notes.push(line) }));
  expect(notes).toEqual([`${home}: can't be locked (flock: not found): start no other set-up here meanwhile`]);
});
