"use strict";
// The agent's desk. Everything that comes from outside is put in as text, never as markup.

const $ = (id) => document.getElementById(id);
const KEY = "deskpilot.key";
const OUTCOMES = {
  validate: "Ready to send",
  personalise: "Needs your touch",
  process: "A step first",
  none: "No supported answer",
};
const REASONS = {
  low_confidence: "not sure enough",
  out_of_scope: "outside what the model knows",
  ambiguous: "two intents are equally likely",
  empty: "there are no words to read",
  unknown_language: "the language was not recognised",
  model_unavailable: "the intent model is not available",
};

const desk = { client: "", tickets: [], current: -1, suggestion: null, shownAt: 0, corrected: null,
  opened: new Set(), used: new Set(), sources: new Map(), request: 0, sourceRequest: 0,
  closed: true };

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function say(text, bad = false) {
  $("state").textContent = text;
  $("state").classList.toggle("bad", bad);
}

async function call(method, path, body) {
  const headers = { Authorization: `Bearer ${sessionStorage.getItem(KEY) || ""}` };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const reply = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const told = await reply.json().catch(() => ({}));
  if (reply.ok) return told;
  if (reply.status === 401) askForKey("The service does not know this key.");
  const error = new Error(told.detail || `The service answered ${reply.status}.`);
  error.status = reply.status;
  throw error;
}

// -- the key -------------------------------------------------------------------------------------

function keyFromAddress() {
  const given = new URLSearchParams(location.hash.slice(1)).get("key");
  if (given) {
    sessionStorage.setItem(KEY, given);
    history.replaceState(null, "", location.pathname);
  }
}

function askForKey(problem = "") {
  $("key-error").textContent = problem;
  if (!$("key-dialog").open) $("key-dialog").showModal();
  $("key").focus();
}

async function openDesk() {
  if (!sessionStorage.getItem(KEY)) return askForKey();
  try {
    const told = await call("GET", "/v1/samples");
    desk.client = told.client;
    desk.tickets = told.tickets.map((ticket) => ({ ticket, done: false }));
    $("client").textContent = told.client;
    say(told.tickets.length ? `${told.tickets.length} sample tickets` : "Paste a ticket to begin");
    listTickets();
  } catch (error) {
    if (error.status !== 401) say(error.message, true);
  }
}

// -- tickets -------------------------------------------------------------------------------------

function listTickets() {
  $("tickets").replaceChildren(...desk.tickets.map(({ ticket, done }, number) => {
    const title = ticket.subject || (ticket.messages[0] || {}).text || ticket.id;
    const meta = element("span", { class: "meta" },
      element("span", {}, ticket.channel || "email"),
      ...(ticket.language ? [element("span", {}, ticket.language)] : []),
      element("span", {}, `#${ticket.id}`));
    if (done) meta.append(element("span", { class: "tick", title: "done" }, "✓ done"));
    return element("li", {}, element("button", {
      type: "button", "aria-current": String(number === desk.current), onclick: () => open(number),
    }, element("span", { class: "title" }, title), meta));
  }));
}

async function open(number) {
  desk.current = number;
  const { ticket } = desk.tickets[number];
  listTickets();
  $("tickets").children[number].scrollIntoView({ block: "nearest" });
  showTicket(ticket);
  await prepare(ticket);
}

function showTicket(ticket) {
  $("welcome").hidden = true;
  $("opened").hidden = false;
  $("subject").textContent = ticket.subject || "Without a subject";
  const customer = ticket.customer || {};
  $("facts").textContent = [customer.name, customer.segment, customer.plan, customer.timezone,
    ticket.channel, when(ticket.created_at)].filter(Boolean).join(" · ");
  $("conversation").replaceChildren(...(ticket.messages || []).map((message) =>
    element("div", { class: `message ${message.author}` },
      element("span", { class: "who" }, [message.author, when(message.at)].filter(Boolean).join(", ")),
      message.text)));
}

function when(moment) {
  if (!moment) return "";
  return new Date(moment).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}

async function prepare(ticket) {
  const request = ++desk.request;
  Object.assign(desk, { suggestion: null, closed: true, corrected: null });
  desk.opened.clear();
  desk.used.clear();
  clear();
  say("Preparing …");
  try {
    const body = { client: desk.client, ticket, options: { k: 3 } };
    const told = await call("POST", "/v1/suggest", body);
    if (request !== desk.request) return;
    Object.assign(desk, { suggestion: told, closed: false, shownAt: performance.now() });
    say(`Prepared in ${Math.round(told.timing_ms.total)} ms`);
    show(told);
  } catch (error) {
    if (request === desk.request) say(error.message, true);
  } finally {
    if (request === desk.request) $("draft").setAttribute("aria-busy", "false");
  }
}

function clear() {
  leaveEditor();
  desk.sourceRequest += 1;
  $("draft").setAttribute("aria-busy", "true");
  $("reply").textContent = "Preparing a reply …";
  $("odds").textContent = "";
  for (const id of ["outcome", "notice", "steps", "done", "triage", "articles", "source"]) $(id).hidden = true;
  buttons();
}

// -- what was found ------------------------------------------------------------------------------

function show(told) {
  showTriage(told.triage);
  showDraft(told.draft);
  showArticles([...told.articles, ...told.macros].slice(0, 9));
  showNotice(told);
  $("versions").textContent = Object.values(told.models).join(" · ");
  const first = $("reply").querySelector(".sourced");
  if (first) first.dispatchEvent(new Event("mouseenter"));
  buttons();
}

function percent(p) {
  return `${Math.round(p * 100)} %`;
}

function guess(label, p, first) {
  const fill = element("span", { class: "fill" });
  fill.style.width = percent(p);
  const parts = [element("span", {}, label), element("span", { class: "p" }, percent(p)),
    element("span", { class: "track", "aria-hidden": "true" }, fill)];
  if (first) return element("div", { class: "guess first" }, ...parts);
  return element("button", { class: "guess", type: "button", "aria-pressed": "false",
    title: "This is the right intent", onclick: (event) => correct(label, event.currentTarget) }, ...parts);
}

function correct(label, button) {
  desk.corrected = desk.corrected === label ? null : label;
  for (const other of $("intent").querySelectorAll("button")) other.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-pressed", String(desk.corrected === label));
}

function showTriage(triage) {
  const parts = [];
  const intent = triage.intent;
  if (triage.abstained) {
    const why = REASONS[triage.reason] || triage.reason || "no reason given";
    parts.push(element("div", { class: "abstained" }, `No intent: ${why}.`));
  } else parts.push(guess(intent.label, intent.p, true));
  for (const [label, p] of intent ? intent.alternatives.slice(0, 3) : []) parts.push(guess(label, p, false));
  $("intent").replaceChildren(...parts);
  const details = [["Language", `${triage.language.label}, ${percent(triage.language.p)}`]];
  if (intent && intent.out_of_scope !== null) details.push(["Out of scope", intent.out_of_scope.toFixed(2)]);
  for (const [name, values] of Object.entries(triage.entities)) details.push([name.replace("_", " "), values.join(", ")]);
  $("details").replaceChildren(...details.flatMap(([name, value]) =>
    [element("dt", {}, name), element("dd", {}, value)]));
  $("triage").hidden = false;
}

function showNotice(told) {
  const parts = told.degraded.map((part) => `${part}: ${told.reasons[part]}`);
  if (told.truncated) parts.push("a very long message was cut before it was read");
  $("notice").hidden = parts.length === 0;
  $("notice").textContent = `Without ${parts.join("; ")}.`;
}

function showDraft(draft) {
  $("outcome").textContent = OUTCOMES[draft.outcome];
  $("outcome").className = `badge ${draft.outcome}`;
  $("outcome").hidden = false;
  $("odds").textContent = draft.text
    ? `${percent(draft.p_accept)} likely to go out unchanged · saves about ${draft.seconds_saved} s`
    : "";
  $("steps").hidden = draft.steps.length === 0;
  $("steps").querySelector("ol").replaceChildren(...draft.steps.map((step) =>
    element("li", {}, sentence(step, draft.slots))));
  if (!draft.text) {
    const why = (draft.reason || "nothing in the knowledge answers this").replaceAll("_", " ");
    $("reply").replaceChildren(element("span", { class: "none" },
      `Nothing is said rather than something unsupported: ${why}. Press e to write the reply yourself.`));
    return;
  }
  $("reply").replaceChildren(...woven(draft));
}

// The text as it will be sent, each of its sentences a piece that knows its source.
function woven(draft) {
  const pieces = [];
  let at = 0;
  for (const part of draft.sentences) {
    const found = draft.text.indexOf(part.text, at);
    if (found < 0) continue;
    pieces.push(...slotted(draft.text.slice(at, found), draft.slots), sentence(part, draft.slots));
    at = found + part.text.length;
  }
  return [...pieces, ...slotted(draft.text.slice(at), draft.slots)];
}

function sentence(part, slots) {
  const support = part.support;
  const sourced = support && support.source !== "phrase";
  const look = () => showSupport(part);
  return element("span", {
    class: sourced ? "sentence sourced" : "sentence", tabindex: "0", "aria-details": "source",
    title: sourced ? `Source: ${support.id}` : "Fixed phrase",
    onmouseenter: look, onfocus: look, onclick: look,
  }, ...slotted(part.text, slots));
}

function slotted(text, slots) {
  const missing = Object.keys(slots).filter((name) => slots[name] === "missing");
  const pieces = [];
  let at = 0;
  for (const hit of text.matchAll(/\[([\w.]+)\]/g)) {
    if (!missing.includes(hit[1])) continue;
    pieces.push(text.slice(at, hit.index),
      element("span", { class: "slot", title: "Fill this in before sending" }, hit[0]));
    at = hit.index + hit[0].length;
  }
  return [...pieces, text.slice(at)];
}

function lit(part) {
  const all = [...$("reply").querySelectorAll(".sentence"), ...$("steps").querySelectorAll(".sentence")];
  for (const one of all) one.classList.toggle("lit", one.textContent === part.text);
}

// -- sources -------------------------------------------------------------------------------------

async function source(id) {
  if (!desk.sources.has(id)) {
    const path = `/v1/kb/${encodeURIComponent(desk.client)}/articles/${encodeURIComponent(id)}`;
    const asked = call("GET", path);
    asked.catch(() => desk.sources.delete(id));
    desk.sources.set(id, asked);
  }
  return desk.sources.get(id);
}

async function showSupport(part) {
  lit(part);
  const support = part.support;
  if (!support || support.source === "phrase") {
    desk.sourceRequest += 1;
    return showSource("Fixed phrase", support ? support.id : "", part.text, null);
  }
  await showArticle(support.id, support.span, Number(support.version));
}

async function showArticle(id, span, version) {
  const request = ++desk.sourceRequest;
  try {
    const article = await source(id);
    if (request !== desk.sourceRequest) return;
    const moved = version && version !== article.version;
    const about = `${id}, version ${article.version}, ${article.language}` +
      (moved ? ` – the draft quotes version ${version}` : "");
    showSource(article.title, about, article.text, moved ? null : span);
  } catch (error) {
    if (request === desk.sourceRequest) showSource(id, error.message, "", null);
  }
}

function showSource(title, about, text, span) {
  $("source").hidden = false;
  $("source-title").textContent = title;
  $("source-about").textContent = about;
  // Offsets count characters, and a character of JavaScript is half of some of them.
  const letters = Array.from(text);
  const [start, end] = span || [0, 0];
  const mark = element("mark", {}, letters.slice(start, end).join(""));
  $("source-text").replaceChildren(letters.slice(0, start).join(""), ...(span ? [mark] : []),
    letters.slice(end).join(""));
  const box = $("source-text");
  box.scrollTop = span ? mark.offsetTop - box.offsetTop - box.clientHeight / 3 : 0;
}

function showArticles(found) {
  $("articles").hidden = found.length === 0;
  $("article-list").replaceChildren(...found.map((item, number) => element("li", {},
    element("button", { type: "button", title: "Take its text into the reply",
      onclick: () => take(number), onmouseenter: () => showArticle(item.id, item.span, 0),
      onfocus: () => showArticle(item.id, item.span, 0) },
      element("kbd", {}, String(number + 1)),
      element("span", {}, item.title || item.id),
      element("span", { class: "p" }, typeof item.p === "number" ? percent(item.p) : "")))));
}

async function take(number) {
  const told = desk.suggestion;
  const item = told && [...told.articles, ...told.macros][number];
  if (!item || desk.closed) return;
  try {
    const article = await source(item.id);
    if (told !== desk.suggestion) return;
    const letters = Array.from(article.text);
    const words = (item.span ? letters.slice(...item.span) : letters).join("").trim();
    desk.opened.add(item.id);
    desk.used.add(item.id);
    const before = $("editor").hidden ? told.draft.text : $("text").value;
    enterEditor(before ? `${before}\n\n${words}` : words);
    showArticle(item.id, item.span, 0);
  } catch (error) {
    say(error.message, true);
  }
}

// -- what the agent does -------------------------------------------------------------------------

function buttons() {
  const editing = !$("editor").hidden;
  const draft = desk.suggestion && desk.suggestion.draft;
  for (const id of ["accept", "edit", "reject"]) $(id).hidden = editing;
  for (const id of ["send", "cancel"]) $(id).hidden = !editing;
  for (const id of ["edit", "reject", "send"]) $(id).disabled = desk.closed;
  $("accept").disabled = desk.closed || !draft || !draft.text;
}

function enterEditor(text) {
  $("reply").hidden = true;
  $("editor").hidden = false;
  $("text").value = text;
  $("text").focus();
  const slot = text.match(/\[[\w.]+\]/);
  if (slot) $("text").setSelectionRange(slot.index, slot.index + slot[0].length);
  buttons();
}

function leaveEditor() {
  $("reply").hidden = false;
  $("editor").hidden = true;
  buttons();
}

function edit() {
  if (!desk.closed && $("editor").hidden) enterEditor(desk.suggestion.draft.text);
}

function accept() {
  if ($("accept").disabled || !$("editor").hidden) return;
  const slots = desk.suggestion.draft.slots;
  const missing = Object.keys(slots).filter((name) => slots[name] === "missing");
  if (missing.length) {
    edit();
    say(`Fill in first: ${missing.join(", ")}`);
    return;
  }
  tell("sent", desk.suggestion.draft.text);
}

function send() {
  if (desk.closed || $("editor").hidden) return;
  const text = $("text").value;
  if (!text.trim()) return say("There is nothing to send yet.", true);
  tell(text === desk.suggestion.draft.text ? "sent" : "edited", text);
}

function reject() {
  if (!desk.closed && $("editor").hidden) tell("rejected");
}

async function tell(decision, sentText) {
  const body = { client: desk.client, suggestion_id: desk.suggestion.suggestion_id, decision,
    seconds: Math.round((performance.now() - desk.shownAt) / 100) / 10,
    opened: [...desk.opened], used: [...desk.used] };
  if (sentText !== undefined) body.sent_text = sentText;
  if (desk.corrected) body.corrected = { intent: desk.corrected };
  const suggestion = desk.suggestion;
  const entry = desk.tickets[desk.current];
  desk.closed = true;
  buttons();
  try {
    const told = await call("POST", "/v1/feedback", body);
    if (entry) entry.done = true;
    listTickets();
    if (suggestion !== desk.suggestion) return;
    const kept = told.kept_share === null ? "" : ` ${percent(told.kept_share)} of the draft was kept.`;
    $("done").textContent = { sent: "Sent as it was.", edited: `Sent with your changes.${kept}`,
      rejected: "Rejected; the next night learns from it." }[decision];
    $("done").hidden = false;
    say("Feedback kept. Press j for the next ticket.");
    $("work").focus();
  } catch (error) {
    if (suggestion === desk.suggestion) desk.closed = false;
    buttons();
    say(error.message, true);
  }
}

// -- keys ----------------------------------------------------------------------------------------

function paste() {
  if (!$("paste-zone").value) $("paste-zone").value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  $("paste-dialog").showModal();
  $("paste-text").focus();
}

function move(by) {
  const next = desk.current + by;
  if (next >= 0 && next < desk.tickets.length) open(next);
}

const SHORTCUTS = { e: edit, r: reject, p: paste, j: () => move(1), k: () => move(-1),
  "?": () => $("help-dialog").showModal() };

function onKey(event) {
  if (document.querySelector("dialog[open]") || event.altKey || event.metaKey) return;
  if (event.target.matches("input, textarea")) {
    if (event.key === "Escape") leaveEditor();
    if (event.key === "Enter" && event.ctrlKey) send();
    return;
  }
  if (event.ctrlKey) return;
  if (event.key === "Enter" && !event.target.matches("button, a")) {
    event.preventDefault();
    accept();
  } else if (/^[1-9]$/.test(event.key)) {
    event.preventDefault();
    take(Number(event.key) - 1);
  } else if (SHORTCUTS[event.key]) {
    event.preventDefault();
    SHORTCUTS[event.key]();
  }
}

function wire() {
  const clicks = { accept, edit, reject, send, cancel: leaveEditor, paste,
    "change-key": () => askForKey(), help: () => $("help-dialog").showModal(),
    "paste-cancel": () => $("paste-dialog").close() };
  for (const [id, action] of Object.entries(clicks)) $(id).addEventListener("click", () => action());
  $("key-dialog").addEventListener("cancel", (event) => { if (!desk.client) event.preventDefault(); });
  $("key-dialog").querySelector("form").addEventListener("submit", () => {
    sessionStorage.setItem(KEY, $("key").value.trim());
    $("key").value = "";
    openDesk();
  });
  $("paste-dialog").querySelector("form").addEventListener("submit", () => {
    const now = new Date().toISOString();
    desk.tickets.unshift({ done: false, ticket: {
      id: `pasted-${Date.now().toString(36)}`, channel: "email", subject: $("paste-subject").value,
      created_at: now, customer: { name: $("paste-name").value || null, timezone: $("paste-zone").value || null },
      messages: [{ id: "m1", author: "customer", at: now, text: $("paste-text").value }] } });
    for (const id of ["paste-text", "paste-subject", "paste-name"]) $(id).value = "";
    open(0);
  });
  document.addEventListener("keydown", onKey);
}

wire();
keyFromAddress();
openDesk();
