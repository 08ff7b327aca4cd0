// The screen in the hall. The agent decides what is shown; the page divides it for this panel, gives each page the time
// it takes to read, tells the agent, and waits to hear of changes. Without the agent it keeps what it shows and says so.
import { paginate, seconds } from "./paging.js";

const root = document.documentElement;
const { token, screen: name } = document.body.dataset;
const at = (path) => (name ? `${path}${path.includes("?") ? "&" : "?"}screen=${encodeURIComponent(name)}` : path);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

const patience = 40_000; // milliseconds: the agent holds a question for 25 seconds
let shown = { version: "", pages: [], page: 0 };
let timer = 0;
let lost = 0; // since when the agent has not answered

/** lay divides what the panel holds into pages, and begins where the notice was left in an earlier turn. */
function lay() {
  const panel = document.querySelector("[data-panel]");
  const sheet = panel.querySelector("[data-sheet]");
  fill(document.querySelector("[data-next] ol"));
  shown = { version: panel.dataset.version, pages: [], page: 0 };
  if (!sheet) return;
  const article = sheet.querySelector("[data-article]");
  const running = () => {
    const p = document.createElement("p");
    p.className = "running";
    p.dataset.again = "1";
    p.textContent = article.querySelector("[data-block=title]").textContent;
    return p;
  };
  shown.pages = paginate(article, sheet.querySelector("[data-room]"), running);
  if (Number(sheet.dataset.of) === shown.pages.length) shown.page = Number(sheet.dataset.page);
}

/** fill takes away what does not fit whole into a list of names: half a line says nothing. */
function fill(list) {
  while (list?.lastElementChild && list.scrollHeight > list.clientHeight + 1) list.lastElementChild.remove();
}

/** show puts one page on the screen for as long as it takes to read. */
function show() {
  clearTimeout(timer);
  const page = shown.pages[shown.page];
  if (!page) return;
  const sheet = document.querySelector("[data-sheet]");
  shown.pages.forEach((p) => p.classList.toggle("on", p === page));
  sheet.querySelector("[data-mark]").textContent = shown.pages.length > 1 ? `${shown.page + 1}/${shown.pages.length}` : "";
  const going = sheet.querySelector("[data-going]");
  going.textContent = shown.page + 1 < shown.pages.length ? going.dataset.words : "";
  const began = performance.now();
  const stay = 1000 * seconds(page);
  root.dataset.stay = Math.round(stay);
  timer = setTimeout(() => ended(began), stay);
}

/** ended tells the agent that a page had its time, and goes where the agent says; on its own it goes round. */
async function ended(began) {
  const told = { version: shown.version, page: shown.page, of: shown.pages.length, ms: Math.round(performance.now() - began) };
  let version = shown.version;
  if (document.visibilityState === "visible") {
    try {
      version = (await ask(at("/lobby/shown"), { method: "POST", body: JSON.stringify(told) })).version;
    } catch {}
  }
  if (told.version !== shown.version) return; // another notice came meanwhile
  if (version !== shown.version) {
    try {
      return await load();
    } catch {} // the agent went away in between: go round until it is back
  }
  shown.page = (shown.page + 1) % shown.pages.length;
  show();
}

async function ask(path, more = {}) {
  const headers = { "X-Doorstep-Token": token, "Content-Type": "application/json" };
  const answer = await fetch(path, { headers, cache: "no-store", signal: AbortSignal.timeout(patience), ...more });
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

let loading = null;

/** load takes what is to be shown from the agent and puts it in place of what is there. */
function load() {
  loading ??= take().finally(() => (loading = null));
  return loading;
}

async function take() {
  const answer = await fetch(at("/lobby"), { cache: "no-store", signal: AbortSignal.timeout(patience) });
  if (!answer.ok) throw new Error(answer.status);
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [panel, aside] = ["[data-panel]", "[data-aside]"].map((s) => document.importNode(next.querySelector(s), true));
  document.body.dataset.token = next.body.dataset.token;
  document.querySelector("[data-aside]").replaceWith(aside);
  clock();
  const old = document.querySelector("[data-panel]");
  if (old.dataset.version !== panel.dataset.version) {
    old.replaceWith(panel);
    lay();
    show();
  } else fill(aside.querySelector("[data-next] ol"));
  root.dataset.loaded = Math.round(performance.now());
}

/** follow waits for the agent to say that something else is to be shown. */
async function follow() {
  for (let pause = 500; ; ) {
    const [panel, aside] = ["[data-panel]", "[data-aside]"].map((s) => document.querySelector(s).dataset.version);
    try {
      const now = await ask(at(`/lobby/wait?seen=${panel}&aside=${encodeURIComponent(aside)}`));
      found(now);
      pause = 500;
      if (now.version !== panel || now.aside !== aside) await load();
    } catch {
      missed();
      await sleep(pause);
      pause = Math.min(5000, pause * 2);
    }
  }
}

/** found says what the agent says of how fresh the screen is. */
function found(now) {
  lost = 0;
  words(now.fresh, !now.in_step);
}

/** missed says since when the agent has not been heard. */
function missed() {
  lost ||= Date.now();
  words(document.body.dataset.lost.replace("{0}", hour.format(lost + ahead)), true);
}

function words(text, old) {
  const fresh = document.querySelector("[data-fresh]");
  fresh.classList.toggle("old", old);
  const span = fresh.querySelector("[data-fresh-text]");
  if (span.textContent !== text) span.textContent = text;
}

const hour = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });
let ahead = 0; // how far central's clock is ahead of this machine's
const tell = () => {
  const shown = document.querySelector("[data-clock]");
  if (shown) shown.textContent = hour.format(Date.now() + ahead);
};

/** clock takes the time from the agent, which knows how wrong this machine's clock is. */
function clock() {
  ahead = Number(document.querySelector("[data-aside]").dataset.now) - Date.now();
  tell();
}

async function begin() {
  root.classList.add("js");
  // The page is measured with the very letters it is shown in.
  await Promise.all(["400", "700"].map((w) => document.fonts.load(`${w} 40px "Noto Sans SC"`, "公示Aa1")));
  clock();
  setInterval(tell, 1000);
  lay();
  show();
  follow();
  let size = 0;
  addEventListener("resize", () => {
    clearTimeout(size);
    size = setTimeout(() => {
      lay();
      show();
    }, 200);
  });
}

begin();
