"""The tables every part relies on: column names, kinds and keys."""

from data.schema.table import Column, Table

ID = Column("id", required=True)
REF = Column("id")
TEXT = Column("text", required=True)
WORDS = Column("string")
TIME = Column("time", required=True)
WHEN = Column("time")
LANGUAGE = Column("language", required=True)
COUNT = Column("int")
FLAG = Column("bool")
NUMBER = Column("float")
AMOUNT = Column("decimal")
JSON = Column("json")
LIST = Column("list")
SHARE = Column("float", limits=(0.0, 1.0))

CHANNELS = ("email", "chat", "phone", "social", "form")
CHANNEL_WORDS = {
    "e-mail": "email", "mail": "email", "live chat": "chat", "livechat": "chat",
    "telephone": "phone", "call": "phone", "voice": "phone", "social media": "social",
    "web form": "form", "webform": "form", "web-form": "form", "contact form": "form",
}  # fmt: skip
AUTHORS = ("customer", "agent", "bot", "system")
OUTCOMES = ("validate", "personalise", "process", "none")
CHANNEL = Column("string", required=True, values=CHANNELS, other_words=CHANNEL_WORDS)

TICKETS = Table(
    "tickets",
    {
        "ticket_id": ID,
        "client_id": ID,
        "version": COUNT,
        "brand": WORDS,
        "channel": CHANNEL,
        "language": Column("language"),
        "created_at": TIME,
        "customer_id": REF,
        "customer_timezone": WORDS,
        "customer_segment": WORDS,
        "plan": WORDS,
        "signed_up_at": WHEN,
        "account_value_amount": AMOUNT,
        "account_currency": Column("currency"),
        "email_domain_hash": WORDS,
        "automation_opt_out": FLAG,
        "headers": JSON,
        "context": JSON,
        "subject": WORDS,
        "text": TEXT,
        "intent": WORDS,
        "priority": WORDS,
        "status": WORDS,
        "queue": WORDS,
        "agent_id": REF,
        "owner_id": REF,
        "parent_ticket_id": REF,
        "first_reply_at": WHEN,
        "resolved_at": WHEN,
        "reopened": FLAG,
        "handle_seconds": NUMBER,
        "csat": NUMBER,
    },
    key=("client_id", "ticket_id", "version"),
)
MESSAGES = Table(
    "messages",
    {
        "ticket_id": ID,
        "message_id": ID,
        "sent_at": TIME,
        "author": Column("string", required=True, values=AUTHORS),
        "author_id": REF,
        "text": TEXT,
        "public": FLAG,
    },
    # Two clients may number their tickets alike; then the frame carries client_id too.
    key=("client_id", "ticket_id", "message_id"),
)
ARTICLES = Table(
    "articles",
    {
        "client_id": ID,
        "article_id": ID,
        "version": Column("int", required=True),
        "kind": Column("string", required=True, values=("article", "macro", "procedure")),
        "audience": Column("string", values=("public", "internal")),
        "language": LANGUAGE,
        "title": TEXT,
        "text": TEXT,
        "status": Column("string", required=True, values=("draft", "approved", "retired")),
        "updated_at": TIME,
        "url": WORDS,
        "variables": JSON,
    },
    key=("client_id", "article_id", "version"),
)
ARTICLE_LINKS = Table(
    "article_links",
    {
        "ticket_id": ID,
        "article_id": ID,
        "version": COUNT,
        "linked_at": WHEN,
        "source": Column("string", values=("agent", "draft")),
    },
)
SUGGESTIONS = Table(
    "suggestions",
    {
        "suggestion_id": ID,
        "ticket_id": ID,
        "ticket_version": Column("int", required=True),
        "client_id": ID,
        "shown_at": TIME,
        "models": JSON,
        "outcome": Column("string", required=True, values=OUTCOMES),
        "draft_text": WORDS,
        "support": JSON,
        "p_accept": SHARE,
        "automated": FLAG,
        "seconds_estimated": NUMBER,
    },
    key=("suggestion_id",),
)
RETRIEVALS = Table(
    "retrievals",
    {
        "suggestion_id": ID,
        "rank": Column("int", required=True),
        "source": Column("string", required=True, values=("article", "reply")),
        "source_id": ID,
        "version": COUNT,
        "score": NUMBER,
        "probability": SHARE,
        "shown": FLAG,
        "opened": FLAG,
        "used": FLAG,
    },
    key=("suggestion_id", "source", "rank"),
)
FEEDBACK = Table(
    "feedback",
    {
        "suggestion_id": ID,
        "at": TIME,
        "decision": Column(
            "string", required=True, values=("sent", "edited", "rejected", "ignored")
        ),
        "sent_text": WORDS,
        "seconds": NUMBER,
        "corrected": JSON,
        "edit_distance": NUMBER,
        "kept_share": SHARE,
    },
)
HANDOFFS = Table(
    "handoffs",
    {
        "ticket_id": ID,
        "moved_at": TIME,
        "from_team": ID,
        "to_team": ID,
        "agent_id": REF,
        "cause": WORDS,
    },
)
AGENTS = Table(
    "agents",
    {
        "agent_id": ID,
        "timezone": ID,
        "languages": Column("list", required=True),
        "roles": LIST,
        "max_open": JSON,
        "max_clients": COUNT,
        "max_hours_week": NUMBER,
        "hired_at": WHEN,
    },
    key=("agent_id",),
)
CERTIFICATIONS = Table(
    "certifications",
    {"agent_id": ID, "client_id": ID, "skill": ID, "passed_at": TIME, "expires_at": WHEN},
    key=("agent_id", "client_id", "skill", "passed_at"),
)
LOAD = Table(
    "load",
    {
        "agent_id": ID,
        "channel": CHANNEL,
        "open": COUNT,
        "clients_open": LIST,
        "on_shift": FLAG,
        "shift_ends_at": WHEN,
    },
    key=("agent_id", "channel"),
)
VOLUME = Table(
    "volume",
    {"unique_id": ID, "ds": TIME, "y": Column("float", required=True)},
    key=("unique_id", "ds"),
)
FORECASTS = Table(
    "forecasts",
    {"unique_id": ID, "ds": TIME, "yhat": Column("float", required=True)},
    key=("unique_id", "ds"),
)
SHIFTS = Table(
    "shifts",
    {
        "shift_id": ID,
        "pool_id": ID,
        "starts_at": TIME,
        "ends_at": TIME,
        "seats": Column("int", required=True),
        "breaks": JSON,
    },
    key=("shift_id",),
)
CLAIMS = Table(
    "claims",
    {
        "shift_id": ID,
        "agent_id": ID,
        "state": Column(
            "string", required=True, values=("claimed", "released", "waitlisted", "swapped")
        ),
        "at": TIME,
    },
)
REVIEWS = Table(
    "reviews",
    {
        "review_id": ID,
        "ticket_id": ID,
        "agent_id": ID,
        "reviewer_id": ID,
        "criterion": ID,
        "score": Column("float", required=True),
        "reviewed_at": TIME,
    },
    key=("review_id", "criterion"),
)
SCORES = Table(
    "scores",
    {
        "ticket_id": ID,
        "agent_id": ID,
        "criterion": ID,
        "score": NUMBER,
        "confidence": NUMBER,
        "evidence": JSON,
        "model": WORDS,
    },
    key=("ticket_id", "agent_id", "criterion", "model"),
)
_LINE = {
    "line_id": ID,
    "period": ID,
    "party_id": ID,
    "ticket_id": REF,
    "kind": ID,
    "quantity": Column("decimal", required=True),
    "unit_amount": Column("decimal", required=True),
    "amount": Column("decimal", required=True),
    "currency": Column("currency", required=True),
    "reason": TEXT,
    "corrects_line_id": REF,
}
PAY_LINES = Table("pay_lines", _LINE, key=("line_id",))
PRICE_LINES = Table("price_lines", _LINE, key=("line_id",))

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        TICKETS, MESSAGES, ARTICLES, ARTICLE_LINKS, SUGGESTIONS, RETRIEVALS, FEEDBACK, HANDOFFS,
        AGENTS, CERTIFICATIONS, LOAD, VOLUME, FORECASTS, SHIFTS, CLAIMS, REVIEWS, SCORES,
        PAY_LINES, PRICE_LINES,
    )
}  # fmt: skip
