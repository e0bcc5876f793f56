const MESSAGE = "draws random numbers: a run must give the same numbers again; draw in `initial`, from its streams";

/**
 * What `call` returns, if it draws no random number that no stream gives: Math.random, and tf.randomNormal and its like,
 * which seed themselves by it.
 */
export function withoutChance<T>(call: () => T): T {
  const allow = forbidChance(() => {
    throw new Error(MESSAGE);
  });
  try {
    return call();
  } finally {
    allow();
  }
}

/**
 * The same of code that loads. Packages that draw as they load, such as generators that mix their seeds, get a number that is
 * always the same.
 */
export async function loadingWithoutChance<T>(load: () => Promise<T>): Promise<T> {
  const allow = forbidChance(() => {
    const [, , caller = ""] = new Error().stack?.split("\n") ?? [];
    if (!caller.includes("node_modules")) throw new Error(MESSAGE);
    return 0.5;
  });
  try {
    return await load();
  } finally {
    allow();
  }
}

const { random } = Math;

/** What stands for Math.random, the newest last: files may load at the same time, and end in any order. */
const inForce: (() => number)[] = [];

function forbidChance(instead: () => number): () => void {
  inForce.push(instead);
  Math.random = instead;
  return () => {
    inForce.splice(inForce.indexOf(instead), 1);
    Math.random = inForce.at(-1) ?? random;
  };
}
