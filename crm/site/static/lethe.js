// Lethe's own script: keys, rows, forms. Every page works without it. Nothing that is typed is stored anywhere.

const KEYS_CHOICE = "lethe_keys";
const TYPING = "input, select, textarea, [contenteditable]";

// WCAG 2.1.4: keys of one letter can be switched off, because speech input would trigger them.
const keysAreOn = () => localStorage.getItem(KEYS_CHOICE) !== "off";

function showKeysChoice() {
  const button = document.querySelector("[data-keys-toggle]");
  for (const legend of document.querySelectorAll("[data-keys-legend]")) legend.hidden = !keysAreOn();
  if (!button) return;
  button.closest("[data-keys-choice]").hidden = false;
  button.textContent = keysAreOn() ? button.dataset.off : button.dataset.on;
}

function toggleKeys() {
  if (keysAreOn()) localStorage.setItem(KEYS_CHOICE, "off");
  else localStorage.removeItem(KEYS_CHOICE);
  showKeysChoice();
}

// Rows: j and k move the focus from link to link, so that Enter, screen readers and :focus-visible all agree.
function moveRow(step) {
  const links = [...document.querySelectorAll("[data-rows] tbody tr > :is(th, td):first-child > a")];
  if (!links.length) return;
  const here = links.indexOf(document.activeElement);
  const next = here < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(here + step, 0), links.length - 1);
  links[next].focus({ focusVisible: true });
  links[next].scrollIntoView({ block: "nearest" });
}

// Escape leaves the search with what it found: the focus goes to the first row, where j, k and Enter go on.
function leaveSearch(event) {
  event.preventDefault(); // or the browser would empty the field, and the rows would be others
  event.target.blur();
  moveRow(1);
}

function pressKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !keysAreOn()) return;
  if (event.key === "Escape" && event.target.matches("[data-seek]")) return leaveSearch(event);
  if (event.target.closest(TYPING)) return;
  const steps = event.key === "j" || event.key === "k";
  if (steps && !document.querySelector(`[data-key="${event.key}"]`)) moveRow(event.key === "j" ? 1 : -1);
  else if (event.key === "/") {
    const seek = document.querySelector("main [data-seek]") ?? document.querySelector("[data-seek]");
    if (!seek) return;
    seek.focus();
    seek.select();
  } else {
    const meant = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!meant) return;
    if (meant.matches("form")) meant.querySelector("select, textarea, input:not([type=hidden])").focus();
    else meant.click();
  }
  event.preventDefault();
}

// Forms: a second click sends nothing twice, and leaving with unsaved words asks first.
const sent = new WeakSet();
const changed = new WeakSet();

function guardForm(event) {
  const form = event.target;
  if (event.defaultPrevented || form.hasAttribute("hx-post")) return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  sent.add(form);
  changed.delete(form);
  event.submitter?.setAttribute("aria-busy", "true");
}

function forgetSent() {
  for (const form of document.forms) sent.delete(form);
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
}

function askBeforeLeaving(event) {
  if ([...document.forms].some((form) => changed.has(form))) event.preventDefault();
}

async function copyText(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  const word = button.textContent;
  button.lastChild.textContent = button.dataset.done;
  setTimeout(() => { button.lastChild.textContent = word.trim(); }, 2000);
}

document.addEventListener("keydown", pressKey);
document.addEventListener("submit", guardForm);
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.hasAttribute("data-keep")) changed.add(form);
});
document.addEventListener("click", (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) copyText(copy);
  if (event.target.closest("[data-keys-toggle]")) toggleKeys();
});
window.addEventListener("beforeunload", askBeforeLeaving);
window.addEventListener("pageshow", forgetSent);

// What only a script can do shows itself; once more for parts that came later.
function prepare() {
  for (const part of document.querySelectorAll("[data-copy], [data-script-only]")) part.hidden = false;
  showKeysChoice();
}

document.addEventListener("lethe:shown", prepare);
document.querySelector("[data-focus]")?.focus();
prepare();
