// Keeps what the reader chose in the page's address, so that a reload or a shared link shows the same:
// `#figures&loss=heldout&hide-model=omoe&run=12`. Only what differs from a new page is in it.

/** A control of the page, by its id, and its name in the address. */
const NAMED_CONTROLS = [
  ["run-index", "run"],
  ["run-all", "all-runs"],
  ["list-model", "list-model"],
  ["list-correlation", "list-correlation"],
  ["list-status", "list-ended"],
  ["list-text", "list-text"],
];

/** Waits for more changes before the address changes: browsers refuse very many changes of it. */
const ADDRESS_MS = 250;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let addressTimer;
/** The address as the page last read or wrote it: another one has just arrived, and its event is to come. */
let knownHash = location.hash;
/** A link within the page was followed: its address, which has a place only, gets the choices. */
let followsLink = false;

const keptSwitches = document.querySelector(".switches");
if (keptSwitches instanceof HTMLElement) keepHeight(keptSwitches, "--switches");
keepAddress();

function keepAddress() {
  for (const event of ["change", "input", "click"]) document.addEventListener(event, addressLater);
  document.addEventListener("click", ({ target }) => {
    followsLink = target instanceof Element && target.closest("a[href^='#']") !== null;
    if (followsLink) writeAddress();
  });
  addEventListener("pagehide", writeAddress);
  addEventListener("hashchange", () => {
    knownHash = location.hash;
    if (followsLink) writeAddress();
    else showAddressed();
    followsLink = false;
  });
  showAddressed();
}

/**
 * Keeps the height of what stays at the top of the page, for the style: a link leads to a place below it.
 * @param {HTMLElement} element
 * @param {string} name
 */
function keepHeight(element, name) {
  const keep = () => {
    const isSticky = getComputedStyle(element).position === "sticky";
    document.documentElement.style.setProperty(name, `${isSticky ? element.offsetHeight : 0}px`);
  };
  keep();
  new ResizeObserver(keep).observe(element);
}

function addressLater() {
  clearTimeout(addressTimer);
  addressTimer = setTimeout(writeAddress, ADDRESS_MS);
}

/** Writes the choices into the same entry of the browser's history: Back undoes no switch, but leaves the page or a link. */
function writeAddress() {
  clearTimeout(addressTimer);
  if (location.hash !== knownHash) return;
  const address = `#${[placeInAddress(), choicesOnPage()].filter((part) => String(part) !== "").join("&")}`;
  if (address === (location.hash || "#")) return;
  history.replaceState(history.state, "", address === "#" ? location.href.replace(/#.*$/, "") : address);
  knownHash = location.hash;
}

/** Shows what the address says, and goes to its place. */
function showAddressed() {
  choose(new URLSearchParams(location.hash.slice(1)));
  document.getElementById(placeInAddress())?.scrollIntoView();
}

/** The id that an address begins with; empty if it has none. */
function placeInAddress() {
  const [first = ""] = location.hash.slice(1).split("&");
  return first.includes("=") ? "" : first;
}

function choicesOnPage() {
  const choices = new URLSearchParams();
  for (const control of switchesOnPage()) {
    if (control.type === "radio" && control.checked && !control.defaultChecked) {
      choices.append(control.name, choiceOf(control));
    }
    if (control.type === "checkbox" && control.checked !== control.defaultChecked) {
      choices.append(boxName(control), control.value);
    }
  }
  for (const [control, name] of namedControls()) {
    const value = controlText(control);
    if (value !== controlText(control, true)) choices.append(name, value);
  }
  const head = document.querySelector("#run-list [aria-sort]");
  if (head) choices.append("sort", `${head.textContent} ${head.getAttribute("aria-sort")}`);
  return choices;
}

/** Sets every control as `choices` say, or as on a new page where they say nothing. */
function choose(/** @type {URLSearchParams} */ choices) {
  for (const control of switchesOnPage()) {
    if (control.type === "checkbox") {
      control.checked = choices.getAll(boxName(control)).includes(control.value) !== control.defaultChecked;
    } else {
      const chosen = choices.get(control.name);
      control.checked = chosen === choiceOf(control) || (!isChoice(control.name, chosen) && control.defaultChecked);
    }
  }
  for (const [control, name] of namedControls()) setControl(control, choices.get(name));
  sortAs(choices.get("sort"));
  document.dispatchEvent(new Event("change")); // for what is drawn of the choices
}

/** Presses headings of the table of runs until it is sorted as told: `Run descending`, or not at all. */
function sortAs(/** @type {string | null} */ sort) {
  const [, title, order] = /^(.*) (ascending|descending)$/.exec(sort ?? "") ?? [];
  const heads = [...document.querySelectorAll("#run-list th")];
  const head = heads.find((one) => (title === undefined ? one.hasAttribute("aria-sort") : one.textContent === title));
  for (let press = 0; press < 2 && (head?.getAttribute("aria-sort") ?? undefined) !== order; press++) {
    head?.querySelector("button")?.click();
  }
}

/** @returns {HTMLInputElement[]} */
function switchesOnPage() {
  return [...document.querySelectorAll(".switches input")].filter((input) => input instanceof HTMLInputElement);
}

/** `heldout` of the switch `show-heldout`. */
function choiceOf(/** @type {HTMLInputElement} */ { id }) {
  return id.replace("show-", "");
}

/** The name of what a box does when it is changed: `hide-model`, or `show-paper` of one that is not checked at first. */
function boxName(/** @type {HTMLInputElement} */ control) {
  return `${control.defaultChecked ? "hide" : "show"}-${kindOf(control)}`;
}

/** `model`, `correlation` or `paper`. */
function kindOf(/** @type {HTMLInputElement} */ { id }) {
  return id.split("-")[1] ?? "";
}

function isChoice(/** @type {string} */ name, /** @type {string | null} */ value) {
  return switchesOnPage().some((control) => control.name === name && choiceOf(control) === value);
}

/** @typedef {HTMLInputElement | HTMLSelectElement} NamedControl */

/** @returns {[control: NamedControl, name: string][]} */
function namedControls() {
  return NAMED_CONTROLS.flatMap(([id = "", name = ""]) => {
    const control = document.getElementById(id);
    const isControl = control instanceof HTMLInputElement || control instanceof HTMLSelectElement;
    return isControl ? [/** @type {[NamedControl, string]} */ ([control, name])] : [];
  });
}

/** What a control says, or says on a new page. */
function controlText(/** @type {NamedControl} */ control, isNew = false) {
  if (control instanceof HTMLSelectElement) return isNew ? "" : control.value;
  if (control.type === "checkbox") return !isNew && control.checked ? "on" : "";
  return isNew ? control.defaultValue : control.value;
}

function setControl(/** @type {NamedControl} */ control, /** @type {string | null} */ text) {
  const value = text ?? controlText(control, true);
  if (control instanceof HTMLSelectElement) {
    control.value = [...control.options].some((option) => option.value === value) ? value : "";
  } else if (control.type === "checkbox") control.checked = value === "on";
  else control.value = value;
  control.dispatchEvent(new Event("input"));
}
