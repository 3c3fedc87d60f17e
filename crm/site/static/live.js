// Pages that others change meanwhile: asks whether there is something new and shows it. What is being typed is never touched.

const EVERY = 5000;
const BY_ITSELF = { "X-By-Itself": "yes" }; // nobody did anything, so the sign-in is not being used
const main = () => document.getElementById("main");
let timer = null;
let isWaiting = false; // said that there is something new, because it could not be shown

function isTouched(field) {
  if (field.type === "hidden" || field.type === "submit") return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
  const before = [...field.options].findIndex((option) => option.defaultSelected);
  return field.selectedIndex !== Math.max(before, 0);
}

// Somebody is at work here: something is typed, the cursor stands in a field, a card is in the air.
const isInUse = () =>
  [...main().querySelectorAll("input, select, textarea")].some((field) => isTouched(field) || field === document.activeElement) ||
  main().querySelector(".lifted, details[open] form") !== null;

function say(template) {
  const words = document.getElementById(template).content.cloneNode(true);
  words.querySelector("button")?.addEventListener("click", () => location.reload());
  document.getElementById("messages").replaceChildren(words);
}

// What had the focus gets it again, by where it leads or what it is called.
function nameOf(element) {
  if (!main().contains(element) || element === main()) return null;
  if (element.id) return `#${CSS.escape(element.id)}`;
  return element.getAttribute("href") ? `a[href="${CSS.escape(element.getAttribute("href"))}"]` : null;
}

async function show() {
  const answer = await fetch(location.href, { headers: BY_ITSELF });
  if (new URL(answer.url).pathname !== location.pathname) return stop(); // signed out: the next click leads there
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (isInUse() || !page.getElementById("main")) return;
  const focused = nameOf(document.activeElement);
  for (const part of [".strip", "#main"]) {
    const [now, before] = [page.querySelector(part), document.querySelector(part)];
    if (now && before) before.replaceWith(document.adoptNode(now));
  }
  htmx.process(main());
  document.dispatchEvent(new CustomEvent("lethe:shown"));
  isWaiting = false;
  if (focused) main().querySelector(focused)?.focus({ preventScroll: true });
  say("live-shown");
}

async function look() {
  const address = main().dataset.live;
  if (!address) return stop();
  if (document.hidden) return;
  try {
    const answer = await fetch(address, { headers: BY_ITSELF, redirect: "error" });
    if (answer.status === 204) return;
    if (!answer.ok) return stop();
    if (!isInUse()) return await show();
    if (!isWaiting) say("live-waiting");
    isWaiting = true;
  } catch {
    // no line just now, or signed out meanwhile: the next look, or the next click, says so
  }
}

async function again() {
  await look();
  if (timer) timer = setTimeout(again, EVERY);
}

function stop() {
  clearTimeout(timer);
  timer = null;
}

timer = setTimeout(again, EVERY);
