import { afterEach, expect, test } from "vitest";
import type { BarLine } from "../../../src/cli/text/bar-lines.ts";
import { Frame } from "../../../src/cli/text/frame.ts";
import { Screen } from "../../support/screen.ts";

let stop = () => {};
afterEach(() => stop());

function frameOn(screen: Screen): Frame {
  const frame = new Frame(screen);
  stop = () => frame.stop([]);
  return frame;
}

const words = (before: string): BarLine => ({ before, bar: 0, after: "", steps: 0, total: 1 });

/** A bar of some characters, of which `steps` of 10 steps are filled. */
const bar = (size: number, steps: number): BarLine => ({ before: "a [", bar: size, after: "] b", steps, total: 10 });

test("a Frame draws bars over those that it drew before, each full when all is done", () => {
  const screen = new Screen(20);
  const frame = frameOn(screen);
  frame.draw([bar(4, 0), bar(5, 9)]);
  expect(screen.shown).toEqual(["a [    ] b", "a [==== ] b"]);
  frame.draw([bar(4, 5), bar(5, 10)]);
  expect(screen.shown).toEqual(["a [==  ] b", "a [=====] b"]);
});

test("a Frame may have more lines than before, or fewer", () => {
  const screen = new Screen(20);
  const frame = frameOn(screen);
  for (const lines of [["one"], ["one", "two", "three"], ["2"]]) {
    frame.draw(lines.map(words));
    expect(screen.shown).toEqual(lines);
  }
});

test("a Frame leaves nothing behind where lines have wrapped since the terminal became narrower", () => {
  const screen = new Screen(20);
  const frame = frameOn(screen);
  screen.write("before\n");
  frame.draw(["0123456789", "0123", "01234567"].map(words));
  screen.narrow(4);
  frame.draw([words("a"), words("b")]);
  expect(screen.shown.slice(2)).toEqual(["a", "b"]);
});

test("a Frame keeps its lines below what is logged, also in a terminal that has become narrower", () => {
  const screen = new Screen(12);
  const frame = frameOn(screen);
  frame.draw([words("0123456789"), words("abcdefghijk")]);
  frame.log("a note that takes rows");
  expect(screen.shown).toEqual(["a note that", "takes rows", "0123456789", "abcdefghijk"]);
  screen.narrow(6);
  frame.log("short");
  expect(screen.shown.slice(4)).toEqual(["short", "012345", "abcdef"]);
  frame.draw([words("cd")]);
  expect(screen.shown.slice(-2)).toEqual(["short", "cd"]);
});

test("a Frame that stops leaves its last lines, and the cursor below them", () => {
  const screen = new Screen(20);
  const frame = frameOn(screen);
  frame.draw([bar(4, 5), words("a")]);
  frame.stop([bar(4, 10), words("b")]);
  expect(screen.shown).toEqual(["a [====] b", "b"]);
  expect(screen.cursor).toEqual({ x: 0, y: 2 });
});

test("a Frame on a terminal without a size, which has 0 columns, moves by no endless number of lines", () => {
  const written: string[] = [];
  const frame = new Frame({ isTTY: true, columns: 0, write: (text: string) => void written.push(text) });
  stop = () => frame.stop([]);
  frame.draw(["0123456789", "0123"].map(words));
  frame.log("a line");
  frame.draw([words("a")]);
  expect(written.join("")).toContain("0123456789");
  expect(written.join("")).not.toMatch(/Infinity|NaN/);
});
