// How things look. Everything that comes from outside is put in as text, never as markup.

export const $ = (id) => document.getElementById(id);

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
  no_words: "there are no words to read",
  automatic: "no person wrote this message",
  nothing_waiting: "the last question was answered",
  nothing_asked: "the customer only thanks, agrees or says that it is settled",
  unknown_language: "the language was not recognised",
  model_unavailable: "the intent model is not available",
  procedure: "a procedure comes before the reply",
  missing_slot: "something must be filled in",
  other_language: "the source is in another language",
  macro: "a macro says that something was done: make sure it was",
  open_request: "one of the requests is still open",
  human_first: "a person should word this",
  human_first_safety: "somebody was in danger: a person answers this",
  human_first_bereavement: "somebody died: a person should word this",
  human_first_legal: "a lawyer or a court is mentioned",
  human_first_fraud: "an account was misused, or the mail is not what it seems",
  human_first_leaving: "the customer is leaving",
  unsure_triage: "it is not sure what the ticket is about",
  unsure: "more likely to be changed than not",
  supported: "every sentence has a source",
  no_support: "no article answers this well enough",
  no_knowledge: "this client has no knowledge yet",
  draft_unavailable: "the drafter is not available",
  time_budget: "there was no time",
};

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

export function percent(p) {
  return p > 0 && p < 0.01 ? "< 1 %" : `${Math.round(p * 100)} %`;
}

function reason(code) {
  return REASONS[code] || (code || "no reason given").replaceAll("_", " ");
}

function when(moment) {
  if (!moment) return "";
  return new Date(moment).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}

// -- tickets -------------------------------------------------------------------------------------

export function listTickets(entries, current, open) {
  $("tickets").replaceChildren(...entries.map(({ ticket, done }, number) => {
    const title = ticket.subject || (ticket.messages[0] || {}).text || ticket.id;
    const facts = [ticket.channel || "email", ticket.language, `#${ticket.id}`].filter(Boolean);
    const meta = element("span", { class: "meta" }, ...facts.map((fact) => element("span", {}, fact)));
    if (done) meta.append(element("span", { class: "tick" }, "✓ done"));
    return element("li", {}, element("button", {
      type: "button", "aria-current": String(number === current), onclick: () => open(number),
    }, element("span", { class: "title" }, title), meta));
  }));
}

export function showTicket(ticket) {
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

// -- triage --------------------------------------------------------------------------------------

function words(label) {
  return label.replaceAll(".", " › ").replaceAll("_", " ");
}

function guess(label, p, first, correct) {
  const fill = element("span", { class: "fill" });
  fill.style.width = `${100 * p}%`;
  const parts = [element("span", {}, words(label)), element("span", { class: "p" }, percent(p)),
    element("span", { class: "track", "aria-hidden": "true" }, fill)];
  if (first) return element("div", { class: "guess first", "data-label": label }, ...parts);
  return element("button", { class: "guess", type: "button", "aria-pressed": "false",
    "data-label": label, title: "Say that this is the right intent",
    onclick: (event) => correct(label, event.currentTarget) }, ...parts);
}

export function showTriage(triage, correct) {
  const parts = [];
  const intent = triage.intent;
  if (triage.abstained) parts.push(element("div", { class: "abstained" }, `No intent: ${reason(triage.reason)}.`));
  else parts.push(guess(intent.label, intent.p, true, correct));
  for (const [label, p] of intent ? intent.alternatives.slice(0, 3) : []) parts.push(guess(label, p, false, correct));
  $("intent").replaceChildren(...parts);
  const details = [["Language", `${triage.language.label}, ${percent(triage.language.p)}`]];
  for (const [name, values] of Object.entries(triage.entities)) details.push([words(name), values.join(", ")]);
  $("details").replaceChildren(...details.flatMap(([name, value]) =>
    [element("dt", {}, name), element("dd", {}, value)]));
  $("triage").hidden = false;
}

// -- draft ---------------------------------------------------------------------------------------

export function missing(draft) {
  return Object.keys(draft.slots).filter((name) => draft.slots[name] === "missing");
}

export function showDraft(draft, look) {
  $("outcome").textContent = OUTCOMES[draft.outcome];
  $("outcome").className = `badge ${draft.outcome}`;
  $("outcome").hidden = false;
  $("why").textContent = draft.text ? reason(draft.reason) : "";
  $("odds").textContent = draft.text
    ? `${percent(draft.p_accept)} likely to go out unchanged · saves about ${draft.seconds_saved} s`
    : "";
  $("steps").hidden = draft.steps.length === 0;
  $("steps").querySelector("ol").replaceChildren(...draft.steps.map((step) =>
    element("li", {}, sentence(step, draft, look))));
  if (draft.text) $("reply").replaceChildren(...woven(draft, look));
  else {
    $("reply").replaceChildren(element("span", { class: "none" },
      `Nothing is said rather than something unsupported: ${reason(draft.reason)}. ` +
      "Press e to write the reply yourself, or a number to start from an article."));
  }
}

// The text as it will be sent, each of its sentences a piece that knows its source.
function woven(draft, look) {
  const pieces = [];
  let at = 0;
  for (const part of draft.sentences) {
    const found = draft.text.indexOf(part.text, at);
    if (found < 0) continue;
    pieces.push(...slotted(draft.text.slice(at, found), draft), sentence(part, draft, look));
    at = found + part.text.length;
  }
  return [...pieces, ...slotted(draft.text.slice(at), draft)];
}

function sentence(part, draft, look) {
  const support = part.support;
  const sourced = Boolean(support) && support.source !== "phrase";
  const made = element("span", {
    class: sourced ? "sentence sourced" : "sentence", tabindex: "0", "aria-details": "source",
    title: sourced ? `Source: ${support.id}` : "Fixed phrase",
  }, ...slotted(part.text, draft));
  const shown = () => {
    for (const one of document.querySelectorAll(".sentence.lit")) one.classList.remove("lit");
    made.classList.add("lit");
    look(part);
  };
  for (const kind of ["mouseenter", "focus", "click"]) made.addEventListener(kind, shown);
  return made;
}

function slotted(text, draft) {
  const open = missing(draft);
  const pieces = [];
  let at = 0;
  for (const hit of text.matchAll(/\[([\w.]+)\]/g)) {
    if (!open.includes(hit[1])) continue;
    pieces.push(text.slice(at, hit.index),
      element("span", { class: "slot", title: "Fill this in before sending" }, hit[0]));
    at = hit.index + hit[0].length;
  }
  return [...pieces, text.slice(at)];
}

export function showNotice(told) {
  const parts = told.degraded.map((part) => `${part} (${told.reasons[part]})`);
  $("notice").hidden = parts.length === 0 && !told.truncated;
  $("notice").textContent = [parts.length ? `Prepared without ${parts.join(", ")}.` : "",
    told.truncated ? "A very long message was cut before it was read." : ""].join(" ").trim();
}

// -- articles and sources ------------------------------------------------------------------------

export function showArticles(articles, macros, take, look) {
  $("articles").hidden = articles.length + macros.length === 0;
  const row = (item, number) => element("li", {}, element("button", {
    type: "button", title: "Take its text into the reply", onclick: () => take(number),
    onmouseenter: () => look(item), onfocus: () => look(item),
  }, element("kbd", {}, String(number + 1)), element("span", {}, item.title || item.id),
    element("span", { class: "p" }, typeof item.p === "number" ? percent(item.p) : "")));
  $("article-list").replaceChildren(...articles.map(row));
  $("macro-list").replaceChildren(...macros.map((item, number) => row(item, articles.length + number)));
  $("macros").hidden = macros.length === 0;
  $("macro-count").textContent = `Macros (${macros.length})`;
}

export function showSource(title, about, text, span) {
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
