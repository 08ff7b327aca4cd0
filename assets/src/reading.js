// A notice on the touch screen is read page by page: one key forward, one back, and nothing to push about.
import { paginate } from "./paging.js";

/** reading divides the notice of this page, if it has one, and turns its pages. */
export async function reading(root) {
  const frame = root.querySelector("[data-read]");
  if (!frame) return;
  await Promise.all(["400", "700"].map((w) => document.fonts.load(`${w} 40px "Noto Sans SC"`, "公示Aa1")));
  frame.classList.add("paged");
  const article = frame.querySelector("[data-article]");
  const turn = document.querySelector("[data-turn]");
  const [earlier, later] = ["[data-earlier]", "[data-later]"].map((s) => turn.querySelector(s));
  const at = turn.querySelector("[data-at]");
  const pages = paginate(article, frame.querySelector("[data-room]"), () => {
    const p = document.createElement("p");
    p.className = "running";
    p.dataset.again = "1";
    p.textContent = article.querySelector("[data-block=title]").textContent;
    return p;
  });
  let now = 0;
  const show = () => {
    pages.forEach((p, i) => p.classList.toggle("on", i === now));
    earlier.hidden = now === 0;
    later.disabled = now + 1 === pages.length;
    at.textContent = at.dataset.words.replace("{0}", now + 1).replace("{1}", pages.length);
  };
  earlier.addEventListener("click", () => (now--, show()));
  later.addEventListener("click", () => (now++, show()));
  turn.hidden = pages.length < 2;
  show();
}
