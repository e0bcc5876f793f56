/** Calls `body` while `object` has `replacements` as its own properties, whatever was there before. */
export function withReplaced<T extends object, R>(object: T, replacements: Partial<T>, body: () => R): R {
  const names = Object.keys(replacements) as (keyof T)[];
  const before = names.map((name) => Object.getOwnPropertyDescriptor(object, name));
  for (const name of names)
    Object.defineProperty(object, name, { value: replacements[name], configurable: true, writable: true });
  try {
    return body();
  } finally {
    for (const [i, name] of names.entries()) {
      delete object[name];
      if (before[i]) Object.defineProperty(object, name, before[i]);
    }
  }
}
