import { expect, test } from "vitest";
import { Frame } from "../../../src/cli/text/frame.ts";

/** A frame on a terminal whose width may change, and what it wrote last. */
function frameOf(columns: number) {
  let written = "";
  const out = {
    columns,
    write: (text: string) => {
      written = text;
    },
  };
  return { frame: new Frame(out), out, last: () => written };
}

test("a Frame draws over the lines that it drew before", () => {
  const { frame, last } = frameOf(20);
  frame.draw(["a", "b"]);
  expect(last()).toBe("a\nb\n");
  frame.draw(["c"]);
  expect(last()).toBe("\u001b[2A\r\u001b[Jc\n");
  frame.draw(["d"]);
  expect(last()).toBe("\u001b[1A\r\u001b[Jd\n");
});

test("a Frame goes up over the rows that lines take since the terminal has become narrower", () => {
  const { frame, out, last } = frameOf(20);
  frame.draw(["0123456789", "0123"]);
  out.columns = 4;
  frame.draw(["a"]);
  expect(last()).toBe("\u001b[4A\r\u001b[Ja\n");
});

test("a Frame keeps its lines below what is logged", () => {
  const { frame, last } = frameOf(20);
  frame.draw(["a"]);
  frame.log("note");
  expect(last()).toBe("\u001b[1A\r\u001b[Jnote\na\n");
});
