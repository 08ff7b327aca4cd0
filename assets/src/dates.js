// A date is one field to the form and three to the resident: year, month and day, each with its word beside it.

const parts = [["year", "y", 4], ["month", "m", 2], ["day", "d", 2]];

/** dates gives every date field its three boxes. The field itself stays in the form, hidden. */
export function dates(root) {
  for (const field of root.querySelectorAll(".field.date .answer input:not([type=hidden])")) {
    if (!field.closest(".triple")) split(field);
  }
}

function split(field) {
  const chinese = document.documentElement.lang.startsWith("zh");
  const known = /^(\d{1,4})-?(\d{0,2})-?(\d{0,2})$/.exec(field.value) ?? [];
  const row = document.createElement("div");
  row.className = "triple";
  const boxes = parts.map(([name, key, size], i) => {
    const box = document.createElement("input");
    Object.assign(box, { type: "text", inputMode: "numeric", maxLength: size, autocomplete: "off", id: `${field.id}-${key}` });
    box.value = (known[i + 1] ?? "").replace(/^0+/, "");
    box.dataset.keys = "number";
    box.setAttribute("aria-label", field.dataset[name]);
    const cell = document.createElement("span");
    cell.className = `answer ${key}`;
    cell.append(box);
    const word = document.createElement("span");
    word.textContent = field.dataset[name];
    if (chinese) row.append(cell, word);
    else row.append(cell);
    if (!chinese) box.placeholder = field.dataset[name];
    return box;
  });
  boxes.forEach((box, i) =>
    box.addEventListener("input", () => {
      box.value = box.value.replace(/\D/g, "");
      field.value = boxes.some((b) => b.value) ? join(boxes) : "";
      if (box.value.length === box.maxLength || (i === 1 && Number(box.value) > 1) || (i === 2 && Number(box.value) > 3)) boxes[i + 1]?.focus();
    }),
  );
  field.type = "hidden";
  field.parentElement.before(row);
  field.parentElement.hidden = true;
  const label = field.closest(".field").querySelector("label");
  if (label) label.htmlFor = boxes[0].id;
}

const join = ([y, m, d]) => `${y.value}-${m.value.padStart(2, "0")}-${d.value.padStart(2, "0")}`;
