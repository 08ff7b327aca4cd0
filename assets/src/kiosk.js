// What the resident's pages do beyond links and forms. Every page works without it; nothing is kept in the browser.
import { keyboard } from "./keyboard.js";
import { idle } from "./idle.js";
import { forms } from "./forms.js";
import { dates } from "./dates.js";
import { reading } from "./reading.js";

const body = document.body;
document.documentElement.classList.add("js");

// The screen is a counter, not a browser: no menus, no pinching, no dragging.
for (const name of ["contextmenu", "gesturestart", "dragstart"]) {
  document.addEventListener(name, (e) => e.preventDefault());
}
document.addEventListener("wheel", (e) => e.ctrlKey && e.preventDefault(), { passive: false });

/** post sends a form's worth of values, or JSON, with the page's token. */
export function post(url, values, json = false) {
  const headers = { "X-Doorstep-Token": body.dataset.token };
  if (json) headers["Content-Type"] = "application/json";
  return fetch(url, { method: "POST", headers, body: json ? JSON.stringify(values) : new URLSearchParams(values) });
}

/** clock keeps the time in the top band. */
function clock() {
  const shown = document.querySelector("[data-clock]");
  const form = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });
  setInterval(() => (shown.textContent = form.format(new Date())), 10_000);
}

/** line asks how the line stands, and says it in words. An agent that does not answer changes nothing. */
function line() {
  const shown = document.querySelector("[data-line]");
  const text = shown.querySelector("[data-line-text]");
  const { lineUp, lineDown, lineWaiting } = shown.dataset;
  setInterval(async () => {
    try {
      const state = await (await fetch("/line")).json();
      const words = state.up ? lineUp : state.waiting > 0 ? lineWaiting.replace("{0}", state.waiting) : lineDown;
      shown.classList.toggle("down", !state.up);
      if (text.textContent !== words) text.textContent = words;
    } catch {}
  }, 5_000);
}

/** leave asks before anything is wiped, on the page itself. */
function leave() {
  const ask = document.querySelector("[data-ask-leave]");
  const key = document.querySelector("[data-leave-key]");
  key?.addEventListener("click", (e) => {
    e.preventDefault();
    ask.showModal();
  });
  ask.querySelector("[data-close]").addEventListener("click", () => ask.close());
}

/** below shades the foot of the page while there is more under it. */
function below() {
  const main = document.getElementById("main");
  const look = () => main.classList.toggle("below", main.scrollHeight - main.scrollTop - main.clientHeight > 24);
  main.addEventListener("scroll", look, { passive: true });
  new ResizeObserver(look).observe(main);
  look();
  return look;
}

const look = below();
clock();
line();
leave();
idle(body, post);
reading(document);
const keys = keyboard(document.querySelector("[data-keyboard]"), post);
const renew = () => {
  dates(document);
  keys.attach(document);
  look();
};
forms(renew);
renew();
document.querySelector(".wrong")?.scrollIntoView({ block: "center" });
