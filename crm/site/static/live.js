// Pages that others change meanwhile: asks whether there is something new and shows it. What is being typed is never touched.

const EVERY = 5000;
const LONGEST = 60000; // between two looks while answers fail
const IN_SIGHT = 15000; // how long a notice that asks for nothing stays at the edge of the screen
const CUT_OFF = 40; // pixels of a field above the screen: with more, what is typed stands further down
const BY_ITSELF = { "X-By-Itself": "yes" }; // nobody did anything, so the sign-in is not being used
const main = () => document.getElementById("main");
let timer = null;
let pause = EVERY;
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

// The notice stays at the upper edge of the screen however far the page is scrolled, and the field in use moves out from under it.
function say(template) {
  const messages = document.getElementById("messages");
  const words = document.getElementById(template).content.cloneNode(true);
  words.querySelector("button")?.addEventListener("click", () => location.reload());
  messages.replaceChildren(words);
  messages.classList.add("live");
  const field = document.activeElement;
  if (field === main() || !main().contains(field) || messages.contains(field)) return;
  const { top, bottom } = (field.closest(".entry") ?? field).getBoundingClientRect(); // with its label
  const covered = messages.getBoundingClientRect().bottom - top;
  if (covered > 0 && bottom > 0 && top > -CUT_OFF) scrollBy(0, -covered - CUT_OFF / 2);
}

// Rows of a list stay where they are until the reader wants the new ones; there is nothing more to ask until then.
function offer() {
  say("live-offered");
  stop();
}

function wait() {
  if (!isWaiting) say("live-waiting");
  isWaiting = true;
}

function sayOnce(template) {
  say(template);
  const messages = document.getElementById("messages");
  setTimeout(() => isWaiting || messages.classList.remove("live"), IN_SIGHT);
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
  if (isForNow(answer)) throw new Error(`${answer.status}`);
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
  sayOnce("live-shown");
}

// What goes by itself, as a full disk or a restart does; anything else is an answer.
const isForNow = (answer) => answer.status >= 500 || answer.status === 429;

// Whoever may not ask any more stops; whatever fails otherwise is asked again, more and more slowly.
async function look() {
  const address = main().dataset.live;
  if (!address) return stop();
  if (document.hidden) return;
  try {
    const answer = await fetch(address, { headers: BY_ITSELF, redirect: "error" });
    if (isForNow(answer)) throw new Error(`${answer.status}`);
    if (answer.status !== 204) {
      if (!answer.ok) return stop();
      if (main().hasAttribute("data-live-offers")) offer();
      else if (!isInUse()) await show();
      else wait();
    }
    pause = EVERY;
  } catch {
    // no line just now, no room on the disk, or signed out meanwhile: a later look, or the next click, says so
    pause = Math.min(pause * 2, LONGEST);
  }
}

async function again() {
  await look();
  if (timer) timer = setTimeout(again, pause);
}

function stop() {
  clearTimeout(timer);
  timer = null;
}

timer = setTimeout(again, EVERY);
