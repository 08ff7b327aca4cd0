// The idle clock (promise P11): after a while without a touch a card asks; without an answer the session is wiped.
// It can be put off as often as the resident likes.

const touched = ["pointerdown", "keydown", "scroll", "wheel"];
const tellEvery = 20_000; // how often the agent hears that somebody is there

/** idle starts the clock of a page. Where there is nothing to wipe it only goes back to the first page. */
export function idle(body, post) {
  const card = document.querySelector("[data-idle]");
  const count = card.querySelector("[data-idle-count]");
  const ring = card.querySelector(".ring .left");
  const open = body.dataset.open === "true";
  const warning = (Number(body.dataset.warning) || 90) * 1000;
  const leave = Number(body.dataset.leave) || 30;
  const root = document.documentElement;
  const changed = open || body.dataset.lang !== "zh" || root.classList.contains("elder") || root.classList.contains("contrast");
  if (!changed && location.pathname === "/") return;

  let timer = 0;
  let ticking = 0;
  let told = Date.now();

  function wait() {
    clearTimeout(timer);
    clearInterval(ticking);
    timer = setTimeout(warn, warning);
  }

  function warn() {
    if (!open) return go();
    let left = leave;
    const show = () => {
      count.textContent = left;
      ring.style.setProperty("--spent", 100 - (100 * left) / leave);
    };
    show();
    document.querySelectorAll("dialog[open]").forEach((d) => d.close());
    card.showModal();
    ticking = setInterval(() => (--left > 0 ? show() : go()), 1000);
  }

  function go() {
    clearInterval(ticking);
    const form = document.createElement("form");
    form.method = "post";
    form.action = "/leave";
    for (const [name, value] of [["token", body.dataset.token], ["idle", "1"]]) {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    body.append(form);
    form.submit();
  }

  card.addEventListener("close", () => {
    tell(true);
    wait();
  });

  function tell(now) {
    if (!open || (!now && Date.now() - told < tellEvery)) return;
    told = Date.now();
    post("/touch", {}).catch(() => {});
  }

  for (const name of touched) {
    document.addEventListener(name, () => {
      if (card.open) return;
      tell(false);
      wait();
    }, { passive: true, capture: true });
  }
  wait();
}
