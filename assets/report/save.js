// Saves the figures that are shown, as SVG, PNG, PDF and CSV, made of what is in the page.

/** Pixels of a PNG for each point of a figure: 432 dpi, as in the files of `mmoe figures`. */
const PIXELS = 6;

for (const block of document.querySelectorAll(".block")) {
  const row = document.createElement("p");
  row.className = "save";
  row.append(
    "Save as ",
    saveButton(block, "SVG", saveSvg),
    saveButton(block, "PNG", savePng),
    saveButton(block, "PDF", savePdf),
    saveButton(block, "CSV", saveCsv),
  );
  [...block.querySelectorAll(".variant")].at(-1)?.after(row);
}

/**
 * @param {Element} block
 * @param {string} format
 * @param {(figure: SVGSVGElement, name: string) => void} save
 */
function saveButton(block, format, save) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = format;
  button.id = `${block.id}-${format}`;
  button.setAttribute("aria-labelledby", `${button.id} ${block.id}-title`); // a title changes
  button.addEventListener("click", () => {
    const figure = figuresOf(block).find(isShown);
    const name = figure?.closest("figure")?.getAttribute("data-file") ?? block.id;
    if (figure) save(figure, `${name}.${format.toLowerCase()}`);
  });
  return button;
}

function saveSvg(/** @type {SVGSVGElement} */ figure, /** @type {string} */ name) {
  saveBlob(new Blob([svgFile(figure)], { type: "image/svg+xml" }), name);
}

async function savePng(/** @type {SVGSVGElement} */ figure, /** @type {string} */ name) {
  const { width, height } = figure.viewBox.baseVal;
  const [image, canvas] = [new Image(), document.createElement("canvas")];
  [canvas.width, canvas.height] = [Math.round(width * PIXELS), Math.round(height * PIXELS)];
  image.src = `data:image/svg+xml,${encodeURIComponent(svgFile(figure))}`;
  await image.decode();
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => blob && saveBlob(blob, name));
}

/**
 * Prints a figure alone, on a page of its size: the browser's dialogue saves it as a PDF. Browsers propose the title as the
 * file's name.
 */
function savePdf(/** @type {SVGSVGElement} */ figure, /** @type {string} */ name) {
  const { width, height } = figure.viewBox.baseVal;
  const [sheet, title] = [new CSSStyleSheet(), document.title];
  sheet.insertRule(`@page { size: ${width}pt ${height}pt; margin: 0; }`);
  document.adoptedStyleSheets.push(sheet);
  document.documentElement.classList.add("one-figure");
  figure.classList.add("printed");
  document.title = name.replace(/\.pdf$/, "");
  addEventListener(
    "afterprint",
    () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
      document.documentElement.classList.remove("one-figure");
      figure.classList.remove("printed");
      document.title = title;
    },
    { once: true },
  );
  print();
}

function saveCsv(/** @type {SVGSVGElement} */ figure, /** @type {string} */ name) {
  saveBlob(new Blob([csvFile(rowsOf(figure))], { type: "text/csv" }), name);
}

function saveBlob(/** @type {Blob} */ blob, /** @type {string} */ name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // some browsers read it late
}

/** A figure as it is shown, on its own: with its font, the colours of the light theme and nothing hidden. */
function svgFile(/** @type {SVGSVGElement} */ figure) {
  const copy = /** @type {SVGSVGElement} */ (figure.cloneNode(true));
  const copies = [...copy.querySelectorAll("*")];
  const gone = [...figure.querySelectorAll("*")].map((one) => getComputedStyle(one).display === "none");
  for (const [i, one] of copies.entries()) if (gone[i] || one.matches(".hair")) one.remove();
  for (const one of [copy, ...copy.querySelectorAll("*")]) standAlone(one);
  const [style, title, words] = [svgElement("style", {}), svgElement("title", {}), svgElement("desc", {})];
  style.textContent = pageRules("@font-face")
    .map(({ cssText }) => cssText)
    .join("\n");
  title.textContent = figure.getAttribute("aria-label");
  const caption = figure.closest("figure")?.querySelector("figcaption")?.textContent ?? "";
  words.textContent = [caption, hiddenSentence()].filter((text) => text !== "").join(" ");
  copy.setAttribute("role", "img");
  copy.prepend(title, words, style);
  return new XMLSerializer().serializeToString(copy);
}

/** Leaves out what only a page reads, and writes colours for the page's names of them. */
function standAlone(/** @type {Element} */ element) {
  const words = element.getAttribute("data-words");
  for (const { name, value } of [...element.attributes]) {
    if (/^data-(?!figure|model|correlation)|^tabindex$|^role$/.test(name)) element.removeAttribute(name);
    else if (value.includes("var("))
      element.setAttribute(
        name,
        value.replace(/var\((--[\w-]+)\)/g, (_, key) => light(key)),
      );
  }
  if (element.matches(".panel")) element.removeAttribute("aria-label");
  if (words === null) return;
  const title = svgElement("title", {});
  title.textContent = words;
  element.prepend(title);
}

/** A colour of the light theme: the page's first rules have them. */
function light(/** @type {string} */ name) {
  const rules = /** @type {CSSStyleRule[]} */ (pageRules(":root"));
  return rules.map(({ style }) => style.getPropertyValue(name).trim()).find((value) => value !== "") ?? "";
}

/** The page's rules that begin so, outside of media queries. */
function pageRules(/** @type {string} */ start) {
  return [...document.styleSheets].flatMap((sheet) =>
    [...sheet.cssRules].filter(({ cssText }) => cssText.startsWith(start)),
  );
}

function csvFile(/** @type {readonly PageRow[]} */ rows) {
  const columns = Object.keys(rows[0] ?? {});
  const lines = [columns, ...rows.map((row) => columns.map((column) => String(row[column] ?? "")))];
  return lines.map((line) => `${line.map(csvCell).join(",")}\n`).join("");
}

/** As in the files of `mmoe figures`: no spreadsheet takes a text for a formula. */
function csvCell(/** @type {string} */ text) {
  const safe = /^[=+@]|^-(?![\d.])/.test(text) ? `'${text}` : text;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
