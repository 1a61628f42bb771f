// What a page can do beyond its forms and links: keys, type-to-filter, countdowns, live counts. Nothing depends on it.
"use strict";

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const deciding = () => one("[data-case]"); // on the page of a case that one may decide
const set = document.body.dataset; // keys of deeds that are no button's
const AWAY = 15 * 60_000; // a page untouched for so long no longer renews its lease

document.documentElement.classList.add("scripted");

function reveal() {
  all(".filter[hidden], [data-opens][hidden], [data-copies][hidden], [data-ticks][hidden]").forEach((element) => (element.hidden = false));
}
reveal();

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
  if (target.matches("textarea, input:not([type=radio], [type=checkbox])")) target.select();
  else target.click();
  return true;
}

// Opening one of the other deeds leads into its first field, within the same key: the browser's own opening tells of
// itself a moment later, and what is typed until then would be taken for shortcuts. Escape closes it again.
document.addEventListener("click", (event) => {
  const verb = event.target.closest("summary")?.closest(".verb");
  if (!verb) return;
  event.preventDefault();
  verb.open = !verb.open;
  if (!verb.open) return;
  one("input, textarea, select", verb)?.focus();
  verb.scrollIntoView({ block: "nearest" });
});

function close(element) {
  const verb = element.closest(".verb[open], .more[open]");
  if (!verb) return false;
  verb.open = false;
  one("summary", verb).focus();
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
  deciding()?.classList.toggle("defined");
  return Boolean(deciding());
}

function send(button) {
  one(button)?.click();
  return Boolean(one(button));
}

let leaving = false; // a decision is on its way: a key meant for this case must not act on the next one

function act(event) {
  const field = event.target.closest?.(FIELDS);
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (leaving && (plain || event.key === "Enter")) return event.key !== "Tab";
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const verb = event.target.closest?.(".verb form");
    if (verb) return verb.requestSubmit(), true;
    return send("#decide-next") || send("[data-sends]");
  }
  if (event.key === "Escape" && event.target.closest && close(event.target)) return true;
  if (event.key === "Escape" && field) return field.blur(), true;
  if (field || event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key === "?") return toggleKeys();
  if (one("#keys").open) return false;
  const digit = /^Digit([1-9])$/.exec(event.code);
  if (event.shiftKey && digit) return mark(digit[1]);
  if (event.key === "Enter" && !event.target.closest("a, button, summary")) {
    return send(event.shiftKey ? "#decide-stay" : "#decide-next");
  }
  const key = event.key.length === 1 ? event.key.toLowerCase() : "";
  if (key && key === set.filter && one("#filter")) return one("#filter").focus(), true;
  if (key && key === set.define && deciding()) return define();
  if (key && key === set.next && step(1)) return true;
  if (key && key === set.previous && step(-1)) return true;
  return Boolean(key) && press(key);
}

document.addEventListener("keydown", (event) => {
  if (!event.defaultPrevented && !event.isComposing && act(event)) event.preventDefault();
});
all("[data-opens]").forEach((button) => button.addEventListener("click", toggleKeys));
document.addEventListener("click", (event) => {
  const more = one(".more[open]");
  if (more && !more.contains(event.target)) more.open = false;
});

// --- deciding a case -------------------------------------------------------------------------------------------

function settled(outcomes) {
  // as the service combines them: what blocks blocks, and what leaves the outcome open is a person's to settle
  if (outcomes.includes("block")) return "block";
  return outcomes.every((outcome) => outcome === "allow") ? "allow" : "";
}

function standAlone(clicked) {
  // "none of these" goes with no label: whichever was chosen last stays
  const none = one("#label-none");
  if (!none.checked || all("[name=label]:checked", deciding()).length < 2) return;
  if (clicked !== none) none.checked = false;
  else all("[name=label]:checked", deciding()).forEach((label) => (label.checked = label === none));
}

function follow(event) {
  // outcome and reason code follow the labels, unless the reviewer has set them
  const form = deciding();
  standAlone(event?.target);
  if (!one("#label-outcome")) return; // labelling asks for no outcome
  const labels = all("[name=label]:checked", form);
  const chosen = () => one("[name=outcome]:checked", form)?.value;
  if (!labels.length) return needNote(labels, chosen());
  const outcome = settled(labels.map((label) => label.closest(".choice").dataset.outcome));
  const own = one('[name=outcome][value=""]', form);
  own.disabled = !outcome;
  if (!outcome) own.checked = false;
  else if (!one("[name=outcome]:checked", form)) own.checked = true;
  one("#label-outcome").textContent = outcome ? `: ${outcome}` : "";
  needNote(labels, chosen() || outcome);
  const code = one("#reason-code");
  const first = labels[0];
  if (code.value === (code.dataset.filled ?? "")) code.value = first.id === "label-none" ? "none_of_these" : first.value;
  code.dataset.filled = code.value;
}

function needNote(labels, outcome) {
  // as the service does: to block, and to decide otherwise than it stands, somebody has to say why
  const note = one("#note");
  const when = one("#note-when");
  if (!when) return;
  const { freeLabels, freeOutcome } = note.dataset;
  const free = freeLabels?.split(" ").filter(Boolean).sort().join(" ");
  const given = labels.map((label) => (label.id === "label-none" ? "" : label.value)).filter(Boolean);
  const other = free !== undefined && labels.length && given.sort().join(" ") !== free;
  note.required = outcome === "block" || !freeOutcome || Boolean(other);
  when.dataset.usual ??= when.textContent;
  when.textContent = note.required ? when.dataset.needed : when.dataset.usual;
  when.classList.toggle("needed", note.required);
}

function narrow(text) {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  all(".choice", deciding()).forEach((choice) => {
    choice.hidden = !wanted.every((word) => choice.dataset.words.includes(word));
  });
}

document.addEventListener("change", (event) => {
  if (event.target.closest("[data-case]")) follow(event);
});
document.addEventListener("input", (event) => {
  if (event.target.matches("[data-case] #filter")) narrow(event.target.value);
});
document.addEventListener("keydown", (event) => {
  if (!event.target.matches("[data-case] #filter") || !["Enter", "ArrowDown"].includes(event.key)) return;
  if (event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const first = one(".choice:not([hidden]) input", deciding());
  first?.focus();
  if (event.key === "Enter") first?.click();
});
if (deciding()) follow();

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-copies]");
  if (!button) return;
  const into = one(`#${button.dataset.into}`);
  into.value = one(`#${button.dataset.copies}`).textContent.trim();
  into.focus();
});

const leads = (element) => element.matches("#decision, .verb form");
document.addEventListener("htmx:beforeRequest", (event) => {
  if (leads(event.detail.elt)) leaving = true;
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (leads(event.detail.requestConfig.elt)) leaving = false; // a draft that comes meanwhile frees no key
});

// --- many cases at once ----------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-ticks]");
  if (!button) return;
  const boxes = all(`[name="${button.dataset.ticks}"]`);
  const none = boxes.some((box) => box.checked);
  boxes.forEach((box) => (box.checked = !none));
  count();
});

function count() {
  // how many are ticked, beside how many there are
  const button = one("[data-ticks]");
  if (!button) return;
  const boxes = all(`[name="${button.dataset.ticks}"]`);
  const ticked = boxes.filter((box) => box.checked).length;
  button.textContent = ticked ? "Tick none" : "Tick all";
  one("#ticked").textContent = ticked === boxes.length ? "all ticked" : `${ticked.toLocaleString("en")} ticked`;
}
document.addEventListener("change", count);
count();

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

function fit() {
  // what one decides with is as high as the window below it, wherever the page is scrolled to
  const side = one(".case-side");
  if (!side) return;
  const above = `${Math.max(16, Math.round(side.getBoundingClientRect().top))}px`;
  const { style } = document.documentElement;
  if (style.getPropertyValue("--above") !== above) style.setProperty("--above", above); // else all is styled anew
}
["scroll", "resize", "htmx:load"].forEach((kind) => window.addEventListener(kind, fit, { passive: true }));
fit();

function goOut() {
  // what can be taken back, until it is out
  all("[data-goes]").forEach((toast) => {
    toast.dataset.end ??= Date.now() + 1000 * toast.dataset.goes;
    const left = Math.round((toast.dataset.end - Date.now()) / 1000);
    const clock = one("[data-goes-in]", toast);
    if (left <= 0) toast.remove();
    else if (clock) clock.textContent = `${left} s`;
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
document.addEventListener("htmx:load", () => (reveal(), tick()));
setInterval(() => (tick(), goOut()), 1000);

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  const address = xhr.getResponseHeader("Signoff-Next");
  if (!address) return;
  // The next case, in place of the one before. Put there in one go: htmx would look where things stand after each step
  // that it takes, and the browser would work that out anew each time.
  event.detail.shouldSwap = false;
  const next = new DOMParser().parseFromString(xhr.responseText, "text/html");
  document.title = next.title;
  history.replaceState({ htmx: true }, "");
  history.pushState({ htmx: true }, "", address);
  all("[data-beside-page]", next).forEach((part) => one(`#${part.id}`).replaceWith(part));
  one("#page").replaceChildren(...next.body.children);
  scrollTo(0, 0);
  ["#page", "#toast", "#notices"].forEach((part) => htmx.process(one(part)));
  reveal();
  tick();
  if (deciding()) follow();
  listen();
  requestAnimationFrame(() => setTimeout(fit)); // once it is seen: it fits as the one before did, nearly always
  one("#content").focus({ preventScroll: true });
});

// --- light and dark --------------------------------------------------------------------------------------------

const dark = matchMedia("(prefers-color-scheme: dark)");

function offer() {
  // the other one of what is shown, where nothing was chosen and the system decides
  const button = one("[data-colours-switch] button");
  if (!button || document.documentElement.dataset.colours) return;
  button.value = dark.matches ? "light" : "dark";
  one(".unseen", button).textContent = dark.matches ? "Light colours" : "Dark colours";
}
offer();
dark.addEventListener("change", offer);
all("[data-colours-switch]").forEach((form) => (form.elements.back.value = location.pathname + location.search));

// --- what changes meanwhile ------------------------------------------------------------------------------------

let heard; // the one connection of this page, while it is seen

function listen() {
  const about = one("#next")?.dataset.live ?? set.live;
  heard?.close();
  heard = undefined;
  if (!about || document.hidden || !window.EventSource) return;
  heard = new EventSource(`/console/live?${about}`);
  heard.addEventListener("counts", (event) => show(JSON.parse(event.data)));
}

let counted = "";

function show(news) {
  all("[data-queue]").forEach((row) => {
    const found = news.queues[row.dataset.queue] ?? { open: 0, claimed: 0, overdue: 0, asked: 0, oldest: "–" };
    all("[data-count]", row).forEach((place) => {
      const value = found[place.dataset.count];
      const text = typeof value === "number" ? value.toLocaleString("en") : value;
      if (place.textContent.trim() !== text) place.textContent = text;
      if ("tone" in place.dataset) place.className = value ? "chip block" : "";
    });
    const claim = one("button", row);
    if (claim) claim.disabled = claim.dataset.never === "" || found.open <= found.claimed;
  });
  all("[data-reason]").forEach((option) => {
    const count = news.reasons[option.dataset.reason];
    option.textContent = option.dataset.words + (count ? ` (${count.toLocaleString("en")})` : "");
  });
  all("[data-live-open]").forEach((place) => {
    const found = news.queues[place.dataset.liveOpen];
    place.textContent = found ? `· ${found.open.toLocaleString("en")} open` : "";
  });
  const looking = one("#looking");
  if (looking) {
    const names = news.looking;
    const words = names.length ? `${names.join(", ")} ${names.length > 1 ? "are" : "is"} looking at this case too.` : "";
    if (looking.textContent !== words) looking.textContent = words;
    looking.hidden = !names.length;
  }
  const now = JSON.stringify(Object.entries(news.queues).map(([name, each]) => [name, each.open, each.claimed]));
  if (counted && now !== counted) htmx.trigger(document.body, "counted");
  counted = now;
}

document.addEventListener("visibilitychange", listen);
window.addEventListener("pagehide", () => heard?.close());
window.addEventListener("pageshow", (event) => event.persisted && listen());
listen();
