// Small courtesies of forms: nothing is sent twice, a chosen file goes at once, and a question that depends on the
// answer before it appears as soon as that is given.

/** forms looks after the forms of a page; renew is called when a part of it was replaced. */
export function forms(renew) {
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (form.method === "dialog") return;
    if (form.dataset.sent) return e.preventDefault();
    if (e.submitter?.value === "refresh" || e.submitter?.value?.startsWith("remove:")) {
      e.preventDefault();
      return refresh(form, e.submitter.value, renew, true);
    }
    form.dataset.sent = "1";
    e.submitter?.setAttribute("aria-busy", "true");
  });
  // A page shown again from the browser's memory has sent nothing.
  addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((f) => delete f.dataset.sent);
    document.querySelectorAll("[aria-busy]").forEach((b) => b.removeAttribute("aria-busy"));
  });
  document.addEventListener("change", (e) => {
    const { form, type } = e.target;
    if (type === "file" && form?.matches("[data-upload]") && e.target.files.length) {
      e.target.closest(".way").setAttribute("aria-busy", "true");
      form.requestSubmit();
    } else if ((type === "radio" || type === "checkbox") && form?.matches("[data-refresh]")) {
      refresh(form, "refresh", renew, false);
    }
  });
  document.addEventListener("input", (e) => {
    if (e.target.matches("[data-groups]")) group(e.target);
  });
}

/** group writes a tracking code as it is printed, in fours. */
function group(input) {
  const digits = input.value.replace(/\D/g, "").slice(0, 16);
  const shown = digits.replace(/(\d{4})(?=\d)/g, "$1-");
  if (shown !== input.value) input.value = shown;
}

const paths = (root) => [...root.querySelectorAll("[data-path]")].map((f) => f.dataset.path).join("\n");

/** refresh posts the answers so far and takes over the questions that are asked now. Unless all is to be shown anew,
    a page that asks the same is left alone, so that nothing moves under the resident's finger. */
async function refresh(form, act, renew, always) {
  const values = new URLSearchParams(new FormData(form));
  values.set("do", act);
  form.dataset.refreshing = "1"; // what watches the page knows that more may be asked in a moment
  try {
    const answer = await fetch(form.action, { method: "POST", body: values });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.getElementById(form.id);
    if (!answer.ok || !next || (!always && paths(next) === paths(form))) return;
    // What was typed while the answer was on its way is newer than the answer.
    for (const old of form.elements) {
      if (!old.name || /^(radio|checkbox|submit|file)$/.test(old.type) || old.value === (values.get(old.name) ?? "")) continue;
      const fresh = next.querySelector(`[name="${CSS.escape(old.name)}"]`);
      if (fresh) fresh.value = old.value;
    }
    const focus = document.activeElement?.getAttribute("name");
    const value = document.activeElement?.value;
    form.replaceChildren(...next.childNodes);
    renew();
    const again = [...form.elements].find((f) => f.name === focus && (f.type !== "radio" || f.value === value));
    again?.focus({ preventScroll: true });
  } catch {
    // Without an answer the page stays as it is; the next key posts everything.
  } finally {
    delete form.dataset.refreshing;
  }
}
