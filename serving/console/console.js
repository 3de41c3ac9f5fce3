// The agent's desk: what is asked of the service, and what the agent does with the answer.

import { $, listTickets, missing, percent, showArticles, showDraft, showNotice, showSource,
  showTicket, showTriage } from "./view.js";

const KEY = "deskpilot.key";

const desk = { client: "", tickets: [], current: -1, suggestion: null, shownAt: 0, corrected: null,
  opened: new Set(), used: new Set(), sources: new Map(), request: 0, look: 0, closed: true };

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
    if (desk.client !== told.client) desk.sources.clear();
    desk.client = told.client;
    desk.tickets = told.tickets.map((ticket) => ({ ticket, done: false }));
    desk.current = -1;
    $("client").textContent = told.client;
    say(told.tickets.length ? `${told.tickets.length} sample tickets` : "Paste a ticket to begin");
    list();
  } catch (error) {
    if (error.status !== 401) say(error.message, true);
  }
}

// -- a ticket ------------------------------------------------------------------------------------

function list() {
  listTickets(desk.tickets, desk.current, open);
}

async function open(number) {
  desk.current = number;
  const { ticket } = desk.tickets[number];
  list();
  $("tickets").children[number].scrollIntoView({ block: "nearest" });
  showTicket(ticket);
  $("work").focus({ preventScroll: true });
  $("work").scrollTop = 0;
  await prepare(ticket);
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
    if (request !== desk.request) return;
    say(error.message, true);
    $("reply").textContent = "";
  } finally {
    if (request === desk.request) $("draft").setAttribute("aria-busy", "false");
  }
}

function clear() {
  leaveEditor();
  desk.look += 1;
  $("draft").setAttribute("aria-busy", "true");
  $("reply").textContent = "Preparing a reply …";
  for (const id of ["odds", "why"]) $(id).textContent = "";
  for (const id of ["outcome", "notice", "steps", "done", "triage", "articles", "source"]) $(id).hidden = true;
  buttons();
}

function show(told) {
  showTriage(told.triage, correct);
  showDraft(told.draft, lookAt);
  showArticles(told.articles, told.macros, take, (item) => lookAtArticle(item.id, item.span));
  showNotice(told);
  $("versions").textContent = Object.values(told.models).join(" · ");
  const first = $("draft").querySelector(".sourced");
  if (first) first.dispatchEvent(new Event("mouseenter"));
  else if (told.articles.length) lookAtArticle(told.articles[0].id, told.articles[0].span);
  buttons();
}

function correct(label, button) {
  desk.corrected = desk.corrected === label ? null : label;
  for (const other of $("intent").querySelectorAll("button")) other.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-pressed", String(desk.corrected === label));
  say(desk.corrected ? "The intent will be corrected with your next step." : "");
}

// -- sources -------------------------------------------------------------------------------------

function source(id) {
  if (!desk.sources.has(id)) {
    const path = `/v1/kb/${encodeURIComponent(desk.client)}/articles/${encodeURIComponent(id)}`;
    // A draft that nobody approved yet is no source.
    const asked = call("GET", `${path}?live=true`);
    asked.catch(() => desk.sources.delete(id));
    desk.sources.set(id, asked);
  }
  return desk.sources.get(id);
}

async function lookAt(part) {
  const support = part.support;
  if (support && support.source !== "phrase") return lookAtArticle(support.id, support.span, support.version);
  desk.look += 1;
  showSource("Fixed phrase", support ? support.id : "", part.text, null);
}

async function lookAtArticle(id, span, version) {
  const look = ++desk.look;
  try {
    let article = await source(id);
    if (version && Number(version) > article.version) {
      desk.sources.delete(id);
      article = await source(id);
    }
    if (look !== desk.look) return;
    const moved = version && Number(version) !== article.version;
    const about = `${id}, version ${article.version}, ${article.language}` +
      (moved ? ` – the draft quotes version ${version}` : "");
    showSource(article.title, about, article.text, moved ? null : span);
  } catch (error) {
    if (look === desk.look) showSource(id, error.message, "", null);
  }
}

async function take(number) {
  const told = desk.suggestion;
  const item = told && [...told.articles, ...told.macros][number];
  if (!item || desk.closed) return;
  try {
    const article = await source(item.id);
    if (told !== desk.suggestion || desk.closed) return;
    const letters = Array.from(article.text);
    const words = (item.span ? letters.slice(...item.span) : letters).join("");
    desk.opened.add(item.id);
    desk.used.add(item.id);
    const before = $("editor").hidden ? told.draft.text : $("text").value;
    // Its title is a heading of the article, not a sentence of a reply.
    const body = words.replace(/^#+ .*\n+/, "").replace(/^#+ /gm, "").trim();
    enterEditor(before ? `${before}\n\n${body}` : body);
    if (!before) $("text").setSelectionRange(0, 0);
    if (!before) $("text").scrollTop = 0;
    lookAtArticle(item.id, item.span);
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
  const open = missing(desk.suggestion.draft);
  if (open.length) {
    edit();
    return say(`Fill in first: ${open.join(", ")}`);
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
  const { suggestion } = desk;
  const entry = desk.tickets[desk.current];
  const body = { client: desk.client, suggestion_id: suggestion.suggestion_id, decision,
    seconds: Math.round((performance.now() - desk.shownAt) / 100) / 10,
    opened: [...desk.opened], used: [...desk.used] };
  if (sentText !== undefined) body.sent_text = sentText;
  if (desk.corrected) body.corrected = { intent: desk.corrected };
  desk.closed = true;
  buttons();
  try {
    const told = await call("POST", "/v1/feedback", body);
    if (entry) entry.done = true;
    list();
    if (suggestion === desk.suggestion) finish(decision, told);
  } catch (error) {
    if (suggestion === desk.suggestion) desk.closed = false;
    buttons();
    say(error.message, true);
  }
}

function finish(decision, told) {
  const kept = told.kept_share === null ? "" : ` ${percent(told.kept_share)} of the draft was kept.`;
  $("done").textContent = { sent: "Sent as it was.", edited: `Sent with your changes.${kept}`,
    rejected: "Rejected. The next night learns from it." }[decision];
  $("done").hidden = false;
  say("Kept. Press j for the next ticket.");
  $("work").focus();
}

// -- keys ----------------------------------------------------------------------------------------

function paste() {
  if (!$("paste-zone").value) $("paste-zone").value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  $("paste-dialog").showModal();
  $("paste-text").focus();
}

function pasted() {
  const now = new Date().toISOString();
  const customer = { name: $("paste-name").value || null, timezone: $("paste-zone").value || null };
  const messages = [{ id: "m1", author: "customer", at: now, text: $("paste-text").value }];
  const ticket = { id: `pasted-${Date.now().toString(36)}`, channel: "email",
    subject: $("paste-subject").value, created_at: now, customer, messages };
  desk.tickets.unshift({ done: false, ticket });
  for (const id of ["paste-text", "paste-subject", "paste-name"]) $(id).value = "";
  open(0);
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
  let action = SHORTCUTS[event.key];
  if (event.key === "Enter" && !event.target.matches("button, a, summary")) action = accept;
  if (/^[1-9]$/.test(event.key)) action = () => take(Number(event.key) - 1);
  if (action) {
    event.preventDefault();
    action();
  }
}

function wire() {
  const clicks = { accept, edit, reject, send, cancel: leaveEditor, paste,
    "change-key": () => askForKey(), help: () => $("help-dialog").showModal(),
    "paste-cancel": () => $("paste-dialog").close() };
  for (const [id, action] of Object.entries(clicks)) $(id).addEventListener("click", () => action());
  $("key-dialog").addEventListener("cancel", (event) => { if (!desk.client) event.preventDefault(); });
  $("key-form").addEventListener("submit", () => {
    sessionStorage.setItem(KEY, $("key").value.trim());
    $("key").value = "";
    openDesk();
  });
  $("paste-form").addEventListener("submit", pasted);
  document.addEventListener("keydown", onKey);
}

wire();
keyFromAddress();
openDesk();
