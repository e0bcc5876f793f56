import { appendFileSync } from "node:fs";
import { totalmem } from "node:os";
import { describe, expect, test, vi } from "vitest";
import { didYouMean } from "../../src/config/suggest.ts";
import type { TableReading } from "../../src/data/table.ts";
import { LongWork, onLongWork } from "../../src/long-work.ts";
import type { NamedColumns } from "../../src/tables/columns.ts";
import { csvTable, readTable } from "../../src/tables/read-table.ts";
import { expectMemory } from "../../src/tables/table-builder.ts";
import { megabytes } from "../../src/units.ts";
import { complaint } from "../support/complaint.ts";
import { numbersOf, tableFile } from "../support/tables.ts";

const table = (text: string) => csvTable(Buffer.from(text), "t.csv");
const numbersIn = (text: string) => numbersOf(table(text).values);

test("columns that begin with x are inputs and those with y labels, in the file's order, wherever they are", () => {
  const { inputs, labels, rows, heldout } = table("y_b,x2,y_a,X1\n1,2,3,4\n5,6,7,8\n9,1,2,3\n");
  expect([inputs, labels, rows, heldout]).toEqual([["x2", "X1"], ["y_b", "y_a"], 3, undefined]);
  expect(numbersIn("y_b,x2,y_a,X1\n1,2,3,4\n5,6,7,8\n")).toEqual([2, 4, 1, 3, 6, 8, 5, 7]);
});

test("a byte order mark, spaces, quotes, Windows' lines and empty ones are no part of a value", () => {
  expect(numbersIn('\ufeffx1, y1 ,"y2"\r\n 1,"2",-.5\r\n\r\n+4,5e-1,6.\r\n')).toEqual([1, 2, -0.5, 4, 0.5, 6]);
});

test("a byte order mark before a quoted name is no part of it", () => {
  expect(table('\ufeff"x1",y1,y2\n1,2,3\n4,5,6\n').inputs).toEqual(["x1"]);
});

test("column part marks the rows that are held out", () => {
  const { values, heldout } = table("part,x1,y1,y2\ntrain,1,2,3\nheldout,2,3,4\ntrain,5,6,7\n");
  expect([...new Uint8Array(values.heldout as SharedArrayBuffer), heldout]).toEqual([0, 1, 0, 1]);
});

test("label variances are over all rows", () => {
  expect(table("x1,y1,y2\n1,2,1\n2,4,1\n3,6,4\n").labelVariances).toEqual([8 / 3, 2]);
});

test("a label of texts has classes, in order, and its values are their places", () => {
  const text = "x1,y1,y2\n1, b,10\n2,a,9\n3,c,10\n4,b,8\n";
  expect(table(text).labelClasses).toEqual([
    ["a", "b", "c"],
    [8, 9, 10],
  ]);
  expect(numbersIn(text)).toEqual([1, 1, 10, 2, 0, 9, 3, 2, 10, 4, 1, 8]);
});

test("a label of more numbers than a label may have classes has none", () => {
  const lines = Array.from({ length: 101 }, (_, n) => `${n},${n},${n % 100}`);
  const { labelClasses } = table(`x1,y1,y2\n${lines.join("\n")}\n`);
  expect(labelClasses.map((classes) => classes?.length)).toEqual([undefined, 100]);
});

test("an empty cell of a label is NaN, and does not count for its variance, its classes and what is constant", () => {
  const text = "x1,y1,y2,y3\n1,,3,b\n2,4,,\n3,8,1,a\n";
  const { labelGaps, labelVariances, labelClasses, firstGap } = table(text);
  expect([labelGaps, labelVariances.slice(0, 2), firstGap]).toEqual([[1, 1, 1], [4, 1], undefined]);
  expect(labelClasses).toEqual([
    [4, 8],
    [1, 3],
    ["a", "b"],
  ]);
  expect(numbersIn(text)).toEqual([1, Number.NaN, 3, 1, 2, 4, Number.NaN, Number.NaN, 3, 8, 1, 0]);
});

describe("a file is refused in one line that has", () => {
  const names = "names of inputs begin with x (x1, x_age), those of labels with y (y1, y_price)";
  const plain = "expected a text on one line without control characters, got";
  const number = "expected a number up to 3.4028235e+38, got";
  test.each([
    ["x1,y1,y2\n1,2,\n4,3, \n", "t.csv: column 'y2' is empty in every row; leave it out"],
    [
      "x1,y1,y2,part\n1,2,,train\n2,4,,train\n4,3,5,heldout\n",
      "t.csv: column 'y2' is empty in every train row; leave it out",
    ],
    [
      "x1,y1,y2,part\n1,2,3,train\n2,4,5,train\n4,3,,heldout\n",
      "t.csv: column 'y2' is empty in every test row; leave it out",
    ],
    [
      "x1,y1,y2,part\n1,2,3,train\n2,4,5,train\n4,3,,validation\n5,3,4,heldout\n",
      "t.csv: column 'y2' is empty in every validation row; leave it out",
    ],
    ["x1,y1,y2\n1,2,\n2,,3\n4,2,4\n", "t.csv: column 'y1' is 2 in every row; leave it out"],
    ["x1,y1,y2\n1,a,3\n2,a,4\n", "t.csv: column 'y1' is a in every row; leave it out"],
    [
      `x1,y1,y2\n${Array.from({ length: 101 }, (_, n) => `${n},name ${n},${n}`).join("\n")}\n`,
      "t.csv: column 'y1': expected numbers, or at most 100 different texts, got more; the first is 'name 0'",
    ],
    ["x1,y1,y2\n1,2,3\n\n4,5,n/a\n", `t.csv:4: y2: ${number} 'n/a'; if it stands for an empty cell, give --na 'n/a'`],
    [
      "x1,y1,y2\nNA,2,3\n1,4,5\n",
      "t.csv: column 'x1': expected numbers, got 'NA' before them; if it stands for an empty cell, give --na 'NA'",
    ],
    [
      "x1,y1,y2\n1,2,?\n1,4,5\n3,4,nan\n",
      "t.csv: column 'y2': expected numbers, got '?' before them; if it stands for an empty cell, give --na '?'",
    ],
    ["x1,y1,y2\n1,2,3\n-inf,5,6\n", `t.csv:3: x1: ${number} '-inf'`],
    ["x1,y1,y2\n-inf,2,3\n1,4,5\n", "t.csv: column 'x1': expected numbers, got '-inf' before them"],
    ["x1,y1,y2\n1,2,inf\n3,4,5\n", "t.csv: column 'y2': expected numbers, got 'inf' before them"],
    ["x1,y1,y2\n1,2,3\nInfinity,5,6\n", `t.csv:3: x1: ${number} 'Infinity'`],
    ["x1,y1,y2\n1,2,3\n1e39,5,6\n", `t.csv:3: x1: ${number} '1e39'`],
    ["x1,y1,y2\n1,2,1e39\n3,4,5\n", `t.csv:2: y2: ${number} '1e39'`],
    ["x1,y1,y2\n0x1,2,3\n", `t.csv:2: x1: ${number} '0x1'`],
    ["x1,y1,y2\n1,2,3\n", "t.csv: expected at least 2 rows, got 1"],
    ["", "t.csv: expected a header and rows, got an empty file"],
    ["x1,y1,y2\n1,2,3\n1,3,4\n", "t.csv: column 'x1' is 1 in every row; leave it out"],
    ["x1,x2\n1,2\n3,4\n", `t.csv: expected at least 2 labels, one per task, got 0; ${names}, or are named by --label`],
    ["y1,y2\n1,2\n3,4\n", `t.csv: no column is an input; ${names}`],
    [
      "x1,y1,year\n1,2,3\n",
      `t.csv: column 'year': ${names}, and 'part' says train, validation or test; rename it, leave it out, or name the labels of the table by --label`,
    ],
    ...[";", "\t", "|"].map((sign): [string, string] => [
      `x1${sign}y1${sign}y2\n1${sign}2${sign}3\n`,
      `t.csv: one column, 'x1${sign}y1${sign}y2'; separate columns by commas`,
    ]),
    ["x1,y1,y2\n", "t.csv: expected rows, got none"],
    ["x1,y1,x1\n1,2,3\n", "t.csv: column 'x1' occurs twice; rename one"],
    ["x1,y1,y2\n1,2\n", "t.csv: not readable as CSV: Invalid Record Length: expect 3, got 2 on line 2"],
    ["x1,y1,y2,part\n1,2,3,other\n", "t.csv:2: part: expected train, validation or test, got 'other'"],
    ["x1,y_\u001b]0;hi\u0007,y2\n1,2,3\n", `t.csv: the name of column 2: ${plain} 'y_\\u001b]0;hi\\u0007'`],
    ['"x\n1",y1,y2\n1,2,3\n', `t.csv: the name of column 1: ${plain} 'x\n1'`],
    ["x1,x_city,y1,y2\n1,Rome,2,3\n2,\u009b2J,3,4\n", `t.csv:3: x_city: ${plain} '\\u009b2J'`],
    ["x1,y1,y2\n1,2,a\u202eb\n", `t.csv:2: y2: ${plain} 'a\\u202eb'`],
    ["x1,y1,y2,part\n1,2,3,train\n2,3,4,train\n", "t.csv: part: no row is test"],
  ])("%j", (text, message) => {
    expect(complaint(() => table(text))).toBe(message);
  });
});

test("lines of a file may end in several ways", () => {
  const lines = ["x1,y1,y2", "1,2,3", "2,3,5", "3,5,8", "5,8,12"];
  for (const ends of [["\n"], ["\r\n"], ["\r"], ["\r\n", "\n"], ["\n", "\r\n"]]) {
    const text = lines.map((line, i) => `${line}${ends[i % ends.length]}`).join("");
    expect(numbersIn(text)).toEqual([1, 2, 3, 2, 3, 5, 3, 5, 8, 5, 8, 12]);
  }
});

test("a file in another encoding than UTF-8 is refused: different texts would become the same", () => {
  const text = "x_city,y1,y2\nKöln,1,2\nKüln,2,3\n";
  expect(complaint(() => csvTable(Buffer.from(text, "latin1"), "t.csv"))).toBe(
    "t.csv: not readable as CSV: it contains bytes that are not text; save it as CSV in UTF-8",
  );
});

test("a long cell is shown by its beginning", () => {
  expect(complaint(() => table(`x1,y1,y2,part\n1,2,3,${"7".repeat(2_000_000)}\n`))).toBe(
    `t.csv:2: part: expected train, validation or test, got '${"7".repeat(40)}'`,
  );
});

describe("columns that are named", () => {
  const text = "id,age,income,part,sex\n1,30,5,train,f\n2,40,,train,m\n3,20,7,heldout,f\n4,25,9,train,m\n";
  const named = (chosen: NamedColumns, of = text) => csvTable(Buffer.from(of), "t.csv", chosen);

  test("are labels in the order given, and all others but part are inputs", () => {
    const { inputs, labels, areChosen, heldout } = named({ labels: ["sex", "income"] });
    expect([inputs, labels, areChosen, heldout]).toEqual([["id", "age"], ["sex", "income"], true, 1]);
    expect(named({ labels: ["sex", "income"], inputs: ["age"] }).inputs).toEqual(["age"]);
    expect(named({ labels: ["sex", "income"], ignore: ["id"] }).inputs).toEqual(["age"]);
  });

  test("by tasks alone count only where the names of columns do not say which are labels", () => {
    const labels = { labels: ["income", "sex"], onlyIfNeeded: true };
    expect(named(labels)).toMatchObject({ labels: ["income", "sex"], areChosen: true });
    expect(named(labels, "x1,y_sex,y_income\n1,2,3\n4,6,5\n")).toMatchObject({
      labels: ["y_sex", "y_income"],
      areChosen: false,
    });
  });

  test("are told from a name that the file has twice", () => {
    const twice = "id,age,income,sex,age\n1,30,5,f,30\n2,40,6,m,40\n";
    expect(complaint(() => named({ labels: ["sex", "income"] }, twice))).toBe(
      "t.csv: column 'age' occurs twice; rename one",
    );
  });

  test.each([
    [{ labels: ["income", "sex"], ignore: ["ids"] }, "t.csv: no column 'ids'; columns: id, age, income, part, sex"],
    [{ labels: ["incme", "sex"] }, "t.csv: no column 'incme'; columns: id, age, income, part, sex"],
    [
      { labels: ["incme", "sex"], inputs: ["ag", "id"], didYouMean: () => "; did you mean another?" },
      "t.csv: no columns 'incme', 'ag'; columns: id, age, income, part, sex",
    ],
    [{ labels: ["sex", "age", "sex"] }, "t.csv: column 'sex' is named twice among labels and inputs"],
    [{ labels: ["sex", "age"], inputs: ["id", "age"] }, "t.csv: column 'age' is named twice among labels and inputs"],
    [
      { labels: ["sex", "age"], ignore: ["id", "age"] },
      "t.csv: column 'age' is named both among labels and inputs and to be ignored",
    ],
    [{ labels: ["sex", "part"] }, "t.csv: column 'part' says train, validation or test; it is no label or input"],
  ])("are refused: %j", (chosen, message) => {
    expect(complaint(() => named(chosen))).toBe(message);
  });
});

describe("a small file that unfolds, or a large one,", () => {
  const wide = (columns: number) =>
    `${Array.from({ length: columns }, (_, i) => `x${i}`).join()},y1,y2\n${"1,".repeat(columns + 1)}1\n`;

  test("is refused for its columns at its first line", () => {
    expect(complaint(() => table(wide(60_000)))).toBe("t.csv: too large: expected at most 50,000 columns, got more");
    expect(complaint(() => table(wide(49_998)))).toBe("t.csv: expected at least 2 rows, got 1");
  });

  test("is refused for the cells of a line, empty or not, before they are in memory", () => {
    const header = "x1,y1,y2\n";
    const sizes: [string, Buffer][] = [
      ["t.csv", Buffer.alloc(30_000_000, ",")],
      ["t.csv: row 2", Buffer.concat([Buffer.from(`${header}1,2,3\n`), Buffer.alloc(30_000_000, ",")])],
    ];
    for (const [place, bytes] of sizes) {
      const before = process.memoryUsage().heapTotal;
      expect(complaint(() => csvTable(bytes, "t.csv"))).toBe(
        `${place}: too large: expected at most 50,000 columns, got more`,
      );
      expect(process.memoryUsage().heapTotal - before).toBeLessThan(50e6);
    }
  });

  test("may have more commas than that within quotes", () => {
    const text = `x1,x2,y1,y2\n1,"a${",".repeat(60_000)}",2,3\n2,b,4,5\n3,b,1,1\n`;
    expect(table(text).rows).toBe(3);
  });

  test("is refused for the names of its columns, which a config lists", () => {
    const text = `x1,${Array.from({ length: 30 }, (_, i) => `x_${"a".repeat(20_000)}${i}`)},y1,y2\n`;
    expect(complaint(() => table(text))).toMatch(
      /^t\.csv: too large: expected at most 400,000 characters in all names of columns, got 600,\d{3}$/,
    );
  });

  test("is refused, before it is read, for more rows than memory holds", () => {
    const limit = vi.spyOn(process, "constrainedMemory").mockReturnValue(2e6);
    const read = (rows: number) => table(`x1,y1,y2\n${"1,2,3\n2,1,5\n".repeat(rows / 2)}`);
    expect(read(80_000).rows).toBe(80_000); // 24 bytes each
    expect(complaint(() => read(90_000))).toBe(
      "t.csv: too large: 90,000 rows of 3 columns take 3 MB, and this machine has 2 MB; leave out rows, or columns by --ignore, or take a machine with more memory",
    );
    limit.mockRestore();
  });

  test("is refused by the memory of this machine, or by a limit below it, for 12 bytes a row and 4 a word", () => {
    const limit = vi.spyOn(process, "constrainedMemory");
    const asked = (rows: number, bytes: number) => {
      limit.mockReturnValue(bytes);
      return () => expectMemory("t.csv", rows, 7);
    };
    expect(asked(1000, 40_000)).not.toThrow();
    expect(asked(1000, 39_999)).toThrow("1,000 rows of 7 columns take 1 MB, and this machine has 1 MB");
    const most = Math.floor(totalmem() / 40);
    for (const unlimited of [0, 2 ** 64]) {
      expect(asked(most + 1, unlimited)).toThrow(`and this machine has ${megabytes(totalmem())}; leave out rows`);
      expect(asked(Math.min(most, 10_000_000), unlimited)).not.toThrow();
    }
    limit.mockRestore();
  });

  test("is refused for numbers that need float64 where memory holds them only in float32", () => {
    const limit = vi.spyOn(process, "constrainedMemory").mockReturnValue(2e6);
    const text = `x1,y1,y2\n${".1,.2,.3\n.2,.1,.5\n".repeat(40_000)}`;
    expect(complaint(() => table(text))).toMatch(
      /^t\.csv: too large: 80,000 rows of 6 columns take 3 MB, and this machine /,
    );
    limit.mockRestore();
  });

  test.each([
    ["at its beginning", Buffer.alloc(1000)],
    ["after some rows", Buffer.concat([Buffer.from("x1,y1,y2\n1,2,3\n"), Buffer.alloc(1000)])],
  ])("is no text with NULs %s", (_, bytes) => {
    expect(complaint(() => csvTable(bytes, "t.csv"))).toBe(
      "t.csv: not readable as CSV: it contains bytes that are not text; save it as CSV in UTF-8",
    );
  });

  test("is refused at a row without end", () => {
    const bytes = Buffer.concat([
      Buffer.from(`x1,y1,y2\n${"1,2,3\n2,1,5\n".repeat(6000)}`),
      Buffer.alloc(11_000_000, "7"),
    ]);
    expect(complaint(() => csvTable(bytes, "t.csv"))).toMatch(
      /^t\.csv: not readable as CSV: Max Record Size: .* 10000000 at line 12002$/,
    );
  });
});

test("who waits for a table is told after two seconds, then every ten", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    const told: string[] = [];
    onLongWork((line) => told.push(line));
    const work = new LongWork("reading t.csv");
    for (let tenth = 1; tenth <= 140; tenth++) {
      vi.advanceTimersByTime(100);
      work.reach(tenth / 140);
    }
    expect(told).toEqual(["reading t.csv: 14 %", "reading t.csv: 85 %"]);
  } finally {
    vi.useRealTimers();
    onLongWork(() => {});
  }
});

test("who waits for a table is told which share of it is read", () => {
  let now = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => (now += 3000));
  const told: number[] = [];
  onLongWork((line) => told.push(Number(/^reading t\.csv: (\d+) %$/.exec(line)?.[1])));
  try {
    table(`x1,y1,y2\n${"1,2,3\n2,1,5\n".repeat(20)}`);
  } finally {
    clock.mockRestore();
    onLongWork(() => {});
  }
  expect(told.length).toBeGreaterThan(5);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect(told.at(-1)).toBe(100);
});

test("all columns that are wrong are named at once, each by its first cell", () => {
  const text = "x1,x_code,x_age,y1,y2\n1,5,30,1,2\n1,Infinity,1e40,b,3\n1,7,NaN,Infinity,4\n";
  const big = "expected a number up to 3.4028235e+38, got";
  expect(complaint(() => csvTable(Buffer.from(text), "t.csv")).split("\n")).toEqual([
    "t.csv: column 'x1' is 1 in every row; leave it out",
    `t.csv:3: x_code: ${big} 'Infinity'`,
    `t.csv:3: x_age: ${big} '1e40'`,
    `t.csv:3: y1: ${big} 'b'`,
  ]);
});

describe("cells that are read as the user says", () => {
  const text = "age,zone,sex,pay\n30,10,1,5\nNA,20,2,?\n20,10,3,7\n25,20,1,9\n";
  const read = (how: TableReading, labels = ["sex", "pay"]) =>
    csvTable(Buffer.from(text), "t.csv", { labels, didYouMean }, how);

  test("are empty where they are words that stand for nothing", () => {
    const { labelGaps, contents, values } = read({ na: ["NA", "?"] });
    expect([labelGaps, contents.map(({ gaps }) => gaps)]).toEqual([
      [0, 1],
      [true, false],
    ]);
    expect(numbersOf(values).slice(4, 8)).toEqual([Number.NaN, 20, 2, Number.NaN]);
  });

  test("are empty where they are another spelling of a number that stands for nothing, but in texts", () => {
    const text = "x1,x_code,y1,y2\n-999.0,-999.0,1,2\n3,a,-9.99e2,5\n4,-999,6,7\n";
    const { values, contents } = csvTable(Buffer.from(text), "t.csv", undefined, {
      na: ["-999"],
      categorical: ["x_code"],
    });
    expect(numbersOf(values).filter((_, i) => i % 4 !== 1)).toEqual([Number.NaN, 1, 2, 3, Number.NaN, 5, 4, 6, 7]);
    expect(contents[1]).toEqual({ values: ["-999.0", "a"], gaps: true });
  });

  test("are categories where they are numbers of a column that is named", () => {
    const { contents, values } = read({ na: ["NA", "?"], categorical: ["zone"] });
    expect(contents[1]?.values).toEqual(["10", "20"]);
    const numbers = numbersOf(values);
    expect([1, 5, 9, 13].map((at) => numbers[at])).toEqual([0, 1, 0, 1]);
    const { labelClasses } = read({ na: ["NA", "?"], categorical: ["sex"] });
    expect(labelClasses[0]).toEqual(["1", "2", "3"]);
  });

  test("and their columns have the nearest name where one is misspelt", () => {
    expect(complaint(() => read({}, ["sexs", "pay"]))).toBe("t.csv: no column 'sexs'; did you mean 'sex'?");
    const na = ["NA", "?"];
    expect(complaint(() => read({ na, categorical: ["zon"] }))).toBe(
      "t.csv: categorical: no input or label 'zon'; did you mean 'zone'?",
    );
  });
});

test("a file that changes while it is read is refused", () => {
  const file = tableFile();
  const labels = {
    get labels() {
      appendFileSync(file, "1,2,3,4,5\n"); // its hash is known by now
      return ["y_1", "y_2"];
    },
  };
  expect(complaint(() => readTable(file, labels))).toMatch(
    /some\.csv: changed while it was read; run the command again$/,
  );
});

const columnOf = (text: string) => numbersOf(table(text).values).filter((_, i) => i % 3 === 0);
/** One column of inputs and two labels. */
const withColumn = (name: string, cells: readonly string[]) =>
  `${name},y1,y2\n${cells.map((cell, n) => `${cell},${n},${n * n}`).join("\n")}\n`;

test("a column whose first value is a text is a category, its values in order and their places in the rows", () => {
  const text = withColumn("x_city", ["Rome", " Bern", "Rome ", "7"]);
  expect(table(text).contents).toEqual([{ values: ["7", "Bern", "Rome"], gaps: false }]);
  expect(columnOf(text)).toEqual([2, 1, 2, 0]);
  const other = withColumn("x_city", ["NA", "7", "Rome", "?"]);
  expect(table(other).contents[0]?.values).toEqual(["7", "?", "NA", "Rome"]);
  expect(table(withColumn("x_size", ["XL", "7"])).contents[0]?.values).toEqual(["7", "XL"]);
  expect(table(withColumn("x_size", ["NA", "?"])).contents[0]?.values).toEqual(["?", "NA"]);
});

test("an empty cell is a gap of a number and of a category, also before their first value", () => {
  expect(columnOf(withColumn("x", ["", "4", " ", "5"]))).toEqual([Number.NaN, 4, Number.NaN, 5]);
  expect(columnOf(withColumn("x", ["", "b", "a"]))).toEqual([Number.NaN, 1, 0]);
  expect(table(withColumn("x", ["", "b", "a"])).contents).toEqual([{ values: ["a", "b"], gaps: true }]);
});

test("values and gaps are those of the training rows alone, where the file has parts", () => {
  const text = "x_city,y1,y2,part\nRome,1,2,train\nOslo,2,3,heldout\nBern,3,5,train\n,4,7,heldout\n";
  expect(table(text).contents).toEqual([{ values: ["Bern", "Rome"], gaps: false }]);
  expect(columnOf(text)).toEqual([1, -1, 0, Number.NaN]);
  expect(table(text).firstGap).toMatch(/^t\.csv:5: x_city: .* or give --impute mean$/);
});

test("a column has up to 20 values, or up to 1,000,000 and half as many as rows, and held-out rows may have others", () => {
  const cells = Array.from({ length: 20 }, (_, n) => `c${n}`);
  expect(table(withColumn("x", cells)).contents[0]?.values).toHaveLength(20);
  const more = [...cells, "c20"].map((cell, n) => `${cell},${n},${n * n},${n < 20 ? "train" : "heldout"}`);
  expect(table(`x,y1,y2,part\n${more.join("\n")}\n`).contents[0]?.values).toHaveLength(20);
  const many = Array.from({ length: 2000 }, (_, n) => `c${n % 1000}`);
  expect(table(withColumn("x", many)).contents[0]?.values).toHaveLength(1000);
});

test("held-out rows are no training rows, of which a value needs two and a column one", () => {
  const values = (training: number) => Array.from({ length: training + 20 }, (_, n) => `c${n % 21}`);
  const withParts = (training: number) =>
    `x,y1,y2,part\n${values(training)
      .map((value, n) => `${value},${n},${n * n},${n < training ? "train" : "heldout"}`)
      .join("\n")}\n`;
  expect(complaint(() => table(withParts(41)))).toContain("got 21 in 41 training rows");
  expect(table(withParts(42)).contents[0]?.values).toHaveLength(21);
  expect(complaint(() => table("x,y1,y2,part\n,1,2,train\n,3,5,train\n4,2,3,heldout\n5,1,1,heldout\n"))).toBe(
    "t.csv: column 'x' is empty in every training row; leave it out",
  );
});

describe("a column is refused in one line that has", () => {
  const many = (count: number) => Array.from({ length: count }, (_, n) => `c${n}`);
  const long = "a".repeat(41);
  const most = "expected numbers, or at most 1,000,000 different texts and two rows for each";
  const out = "(the first is 'c0'); leave the column out, or group its values, or give --min-count 5";
  test.each([
    [withColumn("x_zip", many(21)), `t.csv: column 'x_zip': ${most}, got 21 in 21 training rows ${out}`],
    [withColumn("x_zip", many(1500)), `t.csv: column 'x_zip': ${most}, got 1500 in 1500 training rows ${out}`],
    [
      withColumn("x_tags", [...many(21), "c3;c20"]),
      `t.csv: column 'x_tags': ${most}, got 22 in 22 training rows ${out}; if 'c3;c20' is a list, give --lists x_tags`,
    ],
    [
      withColumn("x_tags", [long, ...many(21), `${long};c20`]),
      `t.csv: column 'x_tags': ${most}, got 23 in 23 training rows ${out.replace("c0", "a".repeat(40))}; if '${"a".repeat(40)}' is a list, give --lists x_tags`,
    ],
    [
      withColumn("x_zip", [...many(21), "n/a", "c3;c20"]),
      `t.csv: column 'x_zip': ${most}, got 23 in 23 training rows ${out}; if it stands for an empty cell, give --na 'n/a'`,
    ],
    [
      withColumn("x_tags", ["39", "39;12"]),
      "t.csv:3: x_tags: expected a number up to 3.4028235e+38, got '39;12'; if it is a list, give --lists x_tags",
    ],
    [withColumn("x", ["a", "a"]), "t.csv: column 'x' is a in every row; leave it out"],
    [
      `x_${"a".repeat(200_000)},x_b,y1,y2\n1,${"b".repeat(200_000)},3,4\n2,c,4,3\n`,
      "t.csv: too large: expected at most 400,000 characters in all names of columns and values of categories, got 400,006",
    ],
  ])("%#", (text, message) => {
    expect(complaint(() => table(text))).toBe(message);
  });
});
