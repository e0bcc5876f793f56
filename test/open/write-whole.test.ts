import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { writeWhole, writeWholeSync } from "../../src/files.ts";
import { mayMount, onDisk } from "../support/bin.ts";
import { temporaryFolder } from "../support/effects.ts";

let folder = "";
let path = "";
beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder, "a.csv");
});

const text = (file = path) => fs.readFileSync(file, "utf8");

describe("writeWhole(path, chunks)", () => {
  test("leaves the file, with all chunks in their order, and nothing beside it", async () => {
    await writeWhole(path, ["ä", Buffer.from("b"), "", "c"]);
    expect([text(), fs.readdirSync(folder)]).toEqual(["äbc", ["a.csv"]]);
  });

  test("leaves what was there before until the new file is whole", async () => {
    fs.writeFileSync(path, "old");
    function* chunks() {
      yield "new";
      expect(text()).toBe("old");
      yield "er";
    }
    await writeWhole(path, chunks());
    expect(text()).toBe("newer");
  });

  test("leaves what was there, and nothing beside it, where making a chunk fails or it is aborted", async () => {
    fs.writeFileSync(path, "old");
    function* chunks() {
      yield "new";
      throw new Error("no more");
    }
    await expect(writeWhole(path, chunks())).rejects.toThrow("no more");
    await expect(writeWhole(path, ["new"], AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");
    expect([text(), fs.readdirSync(folder)]).toEqual(["old", ["a.csv"]]);
  });
});

describe("writeWholeSync(path, content)", () => {
  test("keeps the mode of the file that it replaces, and replaces a link, but not the file that it leads to", () => {
    fs.writeFileSync(path, "old");
    fs.chmodSync(path, 0o640);
    writeWholeSync(path, "new");
    expect([text(), fs.statSync(path).mode & 0o777]).toEqual(["new", 0o640]);
    const target = join(folder, "target");
    fs.writeFileSync(target, "kept");
    fs.rmSync(path);
    fs.symlinkSync(target, path);
    writeWholeSync(path, "new");
    expect([text(), text(target), fs.lstatSync(path).isFile()]).toEqual(["new", "kept", true]);
  });

  test("refuses a folder, a pipe, a device and a link to one, and leaves it", () => {
    const [pipe, link] = [join(folder, "pipe"), join(folder, "link")];
    spawnSync("mkfifo", [pipe]);
    fs.symlinkSync("/dev/null", link);
    for (const [target, code] of [
      [folder, "EISDIR"],
      [pipe, "EINVAL"],
      [link, "EINVAL"],
    ] as const)
      expect(() => writeWholeSync(target, "new")).toThrow(expect.objectContaining({ code }));
    expect(fs.readdirSync(folder).sort()).toEqual(["link", "pipe"]);
    expect(fs.readlinkSync(link)).toBe("/dev/null");
  });

  test("removes what killed writers of the same file left here, and nothing of the living, of others or of other hosts", () => {
    const { pid } = spawnSync("true");
    const [killed, ...others] = [
      `a.csv.${hostname()}-${pid}-0123abcd.partial`,
      `a.csv.${hostname()}-${process.pid}-0123abcd.partial`,
      `a.csv.another-${pid}-0123abcd.partial`,
      `b.csv.${hostname()}-${pid}-0123abcd.partial`,
      `a.csv.${hostname()}-${pid}-notes.partial`,
    ] as [string, ...string[]];
    for (const name of [killed, ...others]) fs.writeFileSync(join(folder, name), "");
    writeWholeSync(path, "new");
    expect(fs.readdirSync(folder).sort()).toEqual(["a.csv", ...others].sort());
  });

  test("writes where what a killed writer left can't be removed", () => {
    const { pid } = spawnSync("true");
    fs.mkdirSync(join(folder, `a.csv.${hostname()}-${pid}-0123abcd.partial`));
    writeWholeSync(path, "new");
    expect(text()).toBe("new");
  });
});

const mounts = mayMount();
if (!mounts) console.warn("the tests of full disks are skipped: file systems can't be mounted here");

describe.runIf(mounts)("on a disk of 20 to 400 kB", () => {
  /** 200 kB in parts that no disk's blocks divide. */
  const chunks = Array.from({ length: 29 }, (_, i) => String(i % 10).repeat(7000));

  test("writeWhole() writes all or says that it can't, and then leaves nothing", async () => {
    const fitted: boolean[] = [];
    for (let kB = 20; kB <= 400; kB += 20) {
      await onDisk(`${kB}k`, async (disk) => {
        const file = join(disk, "a.csv");
        const error = await writeWhole(file, chunks).catch((error: NodeJS.ErrnoException) => error);
        expect(error?.code).toBe(error && "ENOSPC");
        expect(fs.readdirSync(disk)).toEqual(error ? [] : ["a.csv"]);
        if (!error) expect(text(file)).toBe(chunks.join(""));
        fitted.push(error === undefined);
      });
    }
    expect(fitted).toEqual([...Array(9).fill(false), ...Array(11).fill(true)]);
  });

  test("writeWholeSync() that finds no room leaves the file that was there", async () => {
    for (let kB = 20; kB <= 200; kB += 20) {
      await onDisk(`${kB}k`, async (disk) => {
        const file = join(disk, "a.csv");
        writeWholeSync(file, "old");
        expect(() => writeWholeSync(file, chunks.join(""))).toThrow(expect.objectContaining({ code: "ENOSPC" }));
        expect([text(file), fs.readdirSync(disk)]).toEqual(["old", ["a.csv"]]);
      });
    }
  });
});
