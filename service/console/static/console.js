// What a page can do beyond its forms and links: keys, type-to-filter, the lease's countdown. Nothing depends on it.
"use strict";

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const form = one("[data-case]"); // on the page of a case that one may decide
const AWAY = 15 * 60_000; // a page untouched for so long no longer renews its lease

document.documentElement.classList.add("scripted");
all(".filter[hidden], [data-opens][hidden], [data-copies][hidden]").forEach((element) => (element.hidden = false));

function say(template) {
  one("#notices").replaceChildren(one(template).content.cloneNode(true));
  one("#notices").scrollIntoView({ block: "nearest" });
}

// --- keys ------------------------------------------------------------------------------------------------------

const FIELDS = "input:not([type=radio], [type=checkbox]), textarea, select";

function press(key) {
  const target = one(`[data-key="${CSS.escape(key)}"]`);
  if (!target || target.disabled) return false;
  target.focus();
  if (target.matches("textarea")) target.select();
  else target.click();
  return true;
}

function step(by) {
  const links = all("[data-row-link]");
  const at = links.indexOf(document.activeElement);
  const next = links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + by))];
  next?.focus();
  return Boolean(next);
}

function toggleKeys() {
  const dialog = one("#keys");
  if (dialog.open) dialog.close();
  else dialog.showModal();
  return true;
}

function mark(place) {
  const box = one(`[data-passage="${place}"]`);
  box?.click();
  box?.scrollIntoView({ block: "nearest" });
  return Boolean(box);
}

function define() {
  form?.classList.toggle("defined");
  return Boolean(form);
}

function send(button) {
  one(button)?.click();
  return Boolean(one(button));
}

function act(event) {
  const field = event.target.closest?.(FIELDS);
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return send("#decide-next") || send("[data-sends]");
  if (event.key === "Escape" && field) return field.blur(), true;
  if (field || event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key === "?") return toggleKeys();
  if (one("#keys").open) return false;
  const digit = /^Digit([1-9])$/.exec(event.code);
  if (event.shiftKey && digit) return mark(digit[1]);
  if (event.key === "Enter" && !event.target.closest("a, button, summary")) {
    return send(event.shiftKey ? "#decide-stay" : "#decide-next");
  }
  if (event.key === "/") return one("#filter")?.focus(), Boolean(one("#filter"));
  if (event.key === "d") return define();
  if (event.key === "j" || event.key === "k") return step(event.key === "j" ? 1 : -1);
  return event.key.length === 1 && press(event.key.toLowerCase());
}

document.addEventListener("keydown", (event) => {
  if (!event.defaultPrevented && !event.isComposing && act(event)) event.preventDefault();
});
all("[data-opens]").forEach((button) => button.addEventListener("click", toggleKeys));

// --- deciding a case -------------------------------------------------------------------------------------------

function settled(outcomes) {
  // as the service combines them: what blocks blocks, and what leaves the outcome open is a person's to settle
  if (outcomes.includes("block")) return "block";
  return outcomes.every((outcome) => outcome === "allow") ? "allow" : "";
}

function standAlone(clicked) {
  // "none of these" goes with no label: whichever was chosen last stays
  const none = one("#label-none");
  if (!none.checked || all("[name=label]:checked", form).length < 2) return;
  if (clicked !== none) none.checked = false;
  else all("[name=label]:checked", form).forEach((label) => (label.checked = label === none));
}

function follow(event) {
  // outcome and reason code follow the labels, unless the reviewer has set them
  standAlone(event?.target);
  if (!one("#label-outcome")) return; // labelling asks for no outcome
  const labels = all("[name=label]:checked", form);
  if (!labels.length) return;
  const outcome = settled(labels.map((label) => label.closest(".choice").dataset.outcome));
  const own = one('[name=outcome][value=""]', form);
  own.disabled = !outcome;
  if (!outcome) own.checked = false;
  else if (!one("[name=outcome]:checked", form)) own.checked = true;
  one("#label-outcome").textContent = outcome ? `: ${outcome}` : "";
  const code = one("#reason-code");
  const first = labels[0];
  if (code.value === (code.dataset.filled ?? "")) code.value = first.id === "label-none" ? "none_of_these" : first.value;
  code.dataset.filled = code.value;
}

function narrow(text) {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  all(".choice", form).forEach((choice) => {
    choice.hidden = !wanted.every((word) => choice.dataset.words.includes(word));
  });
}

if (form) {
  form.addEventListener("change", follow);
  follow();
  const filter = one("#filter");
  filter.addEventListener("input", () => narrow(filter.value));
  filter.addEventListener("keydown", (event) => {
    if (!["Enter", "ArrowDown"].includes(event.key) || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const first = one(".choice:not([hidden]) input", form);
    first?.focus();
    if (event.key === "Enter") first?.click();
  });
}

all("[data-copies]").forEach((button) =>
  button.addEventListener("click", () => {
    const into = one(`#${button.dataset.into}`);
    into.value = one(`#${button.dataset.copies}`).textContent.trim();
    into.focus();
  }),
);

// --- files to be sent ------------------------------------------------------------------------------------------

all("input[type=file]").forEach((field) =>
  field.addEventListener("change", () => {
    // told before anything is sent: a connection cut off in the middle could not be told from a broken one
    const { mostBytes, mostFiles } = field.dataset;
    const size = [...field.files].reduce((sum, file) => sum + file.size, 0);
    const much = size > 0.99 * mostBytes || field.files.length > mostFiles;
    field.setCustomValidity(much ? "These are more files, or larger ones, than are taken at once." : "");
    field.reportValidity();
  }),
);

// --- the lease -------------------------------------------------------------------------------------------------

let touched = Date.now();

function tick() {
  all("[data-left]").forEach((clock) => {
    clock.dataset.end ??= Date.now() + 1000 * clock.dataset.left; // the server's seconds: clocks may differ
    const left = Math.max(0, Math.round((clock.dataset.end - Date.now()) / 1000));
    clock.textContent = left ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")} left` : "run out";
    clock.classList.toggle("low", left < 120);
  });
}

["keydown", "pointerdown"].forEach((kind) =>
  document.addEventListener(kind, () => {
    const back = Date.now() - touched > AWAY;
    touched = Date.now();
    if (back && one("#renew")) htmx.trigger("#renew", "submit");
  }),
);
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.id !== "renew" || Date.now() - touched <= AWAY) return;
  event.preventDefault();
  say("#away");
});
function unreached(event) {
  // refreshing and renewing try again by themselves; what a person sent is worth a word
  if (event.detail.requestConfig.verb !== "get" && event.detail.elt.id !== "renew") say("#unreachable");
}
["htmx:sendError", "htmx:timeout"].forEach((kind) => document.addEventListener(kind, unreached));
document.addEventListener("htmx:beforeSwap", (event) => {
  const type = event.detail.xhr.getResponseHeader("Content-Type") ?? "";
  if (!event.detail.shouldSwap || type.startsWith("text/html")) return;
  event.detail.shouldSwap = false; // the service refused before it came to this page
  unreached(event);
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "notices") event.detail.target.scrollIntoView({ block: "nearest" });
  if (["way", "found"].includes(event.detail.target.id)) one("#notices").replaceChildren(); // what was wrong before is mended
});
document.addEventListener("htmx:load", tick);
setInterval(tick, 1000);
