/**
 * Numbers as a page's attribute, short: each as its difference from the one before, in units of `unit`, `*n` for n alike.
 * `100 200 300 350` is `100*3+50`. The page's scripts read it (`numbersIn` in assets/report/readings.js).
 */
export function numberList(values: readonly number[], unit = 1): string {
  let [text, before, last, alike] = ["", 0, "", 0];
  const end = () => {
    text += alike > 1 ? `${last}*${alike}` : last;
  };
  for (const value of values) {
    const whole = Math.round(value / unit);
    const step = whole < before ? String(whole - before) : `+${whole - before}`;
    if (step === last) alike++;
    else {
      end();
      [last, alike] = [step, 1];
    }
    before = whole;
  }
  end();
  return text.replace(/^\+/, "");
}
