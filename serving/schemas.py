"""Bodies of the calls, flat, as the HTTP interface describes them.

What a helpdesk sends beside these fields is ignored. Values are never repeated in an error.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    model_validator,
)

from data.text import LANGUAGES, UNKNOWN

if TYPE_CHECKING:
    Language = str
else:
    # A type checker cannot read it: which languages there are is told in one place only.
    Language = Literal[(*LANGUAGES, UNKNOWN)]

Part = Literal["triage", "route", "draft", "articles", "macros", "actions"]
PARTS: tuple[Part, ...] = ("triage", "route", "draft", "articles", "macros", "actions")
MAX_DEPTH = 20


def _storable(value: Any) -> Any:
    # Postgres keeps no NUL and no encoder takes half a surrogate pair; no helpdesk means them.
    if isinstance(value, str):
        return value.replace("\x00", " ").encode("utf-8", "replace").decode()
    return value


def _language(value: str) -> str:
    # A helpdesk sends what a browser or a profile says: en-US, EN, pt_BR.
    return value.strip().replace("_", "-").partition("-")[0].lower()


def _address(value: str) -> str:
    try:
        urlsplit(value)
    except ValueError:
        raise ValueError("must be an address that can be read") from None
    return value


def _facts(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    if _depth(value) > MAX_DEPTH:
        raise ValueError(f"must not be nested deeper than {MAX_DEPTH} levels")
    cleaned: dict[str, JsonValue] = _each(value)
    return cleaned


def _each(value: Any) -> Any:
    if isinstance(value, dict):
        return {_storable(key): _each(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_each(item) for item in value]
    return _storable(value)


def _depth(value: Any) -> int:
    level, deepest = [value], 0
    while level and deepest <= MAX_DEPTH:
        deepest += 1
        level = [
            child
            for item in level
            if isinstance(item, dict | list)
            for child in (item.values() if isinstance(item, dict) else item)
        ]
    return deepest


Identifier = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]
Words = Annotated[str, BeforeValidator(_storable)]
Short = Annotated[str, BeforeValidator(_storable), StringConstraints(max_length=500)]
Address = Annotated[
    str,
    StringConstraints(max_length=2_000, pattern=r"^https?://\S+$"),
    AfterValidator(_address),
]
Facts = Annotated[dict[str, JsonValue], AfterValidator(_facts)]


class Body(BaseModel):
    """Base of all bodies: numbers may stand for ids, NaN may not stand for a number."""

    model_config = ConfigDict(coerce_numbers_to_str=True, allow_inf_nan=False, extra="ignore")


class MessageIn(Body):
    """One message of the conversation."""

    id: Identifier | None = None
    author: Literal["customer", "agent", "bot", "system"] = "customer"
    at: AwareDatetime | None = None
    text: Words
    public: bool = True


class CustomerIn(Body):
    """What the helpdesk knows of the customer."""

    id: Identifier | None = None
    name: Short | None = None
    timezone: Short | None = None
    locale: Short | None = None
    segment: Short | None = None
    plan: Short | None = None
    email_domain: Short | None = None


class TicketIn(Body):
    """One ticket with its conversation."""

    id: Identifier
    version: int = Field(default=1, ge=0, le=2**31 - 1)
    channel: Literal["email", "chat", "phone", "social", "form"] = "email"
    language: Annotated[str, StringConstraints(max_length=20), AfterValidator(_language)] | None = (
        None
    )
    subject: Words = ""
    created_at: AwareDatetime | None = None
    customer: CustomerIn = Field(default_factory=CustomerIn)
    messages: list[MessageIn] = Field(default_factory=list, max_length=500)
    text: Words | None = None
    context: Facts = Field(default_factory=dict)
    headers: Facts = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_words(self) -> Self:
        # A bare text stands for one message of the customer.
        if not self.messages and self.text is not None:
            self.messages = [MessageIn(id="m1", text=self.text, at=self.created_at)]
        if not self.messages and not self.subject:
            raise ValueError("must have messages, a text or a subject")
        return self


class Options(Body):
    """What the caller wants, and how long it may take."""

    k: int = Field(default=3, ge=1, le=20)
    want: list[Part] = Field(default_factory=lambda: list(PARTS), max_length=10)
    max_ms: float | None = Field(default=None, gt=0, le=60_000)


class SuggestIn(Body):
    """Body of ``POST /v1/suggest``."""

    client: Identifier | None = None
    ticket: TicketIn
    options: Options = Field(default_factory=Options)


class TriageIn(Body):
    """Body of ``POST /v1/triage``: one ``ticket`` or a list of ``tickets``."""

    client: Identifier | None = None
    ticket: TicketIn | None = None
    tickets: list[TicketIn] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.ticket is None) == (self.tickets is None):
            raise ValueError("must have either 'ticket' or 'tickets'")
        return self


class CorrectedIn(Body):
    """What the agent put right; free words have no place here, they may be about a person."""

    model_config = ConfigDict(extra="forbid")

    intent: Annotated[str, StringConstraints(max_length=200)] | None = None
    language: Language | None = None
    outcome: Literal["validate", "personalise", "process", "none"] | None = None
    article_id: Identifier | None = None


class FeedbackIn(Body):
    """Body of ``POST /v1/feedback``: what the agent did with a suggestion."""

    client: Identifier | None = None
    suggestion_id: Identifier
    decision: Literal["sent", "edited", "rejected", "ignored"]
    sent_text: Words | None = None
    seconds: float | None = Field(default=None, ge=0, le=1_000_000)
    corrected: CorrectedIn = Field(default_factory=CorrectedIn)
    opened: list[Identifier] = Field(default_factory=list, max_length=50)
    used: list[Identifier] = Field(default_factory=list, max_length=50)

    @model_validator(mode="after")
    def _edited_has_text(self) -> Self:
        if self.decision == "edited" and self.sent_text is None:
            raise ValueError("must have 'sent_text' where the decision is 'edited'")
        return self


class ArticleIn(Body):
    """Body of ``PUT /v1/kb/{client}/articles/{id}``."""

    title: Annotated[Words, StringConstraints(max_length=2_000)]
    text: Words
    format: Literal["text", "markdown", "html"] = "markdown"
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
    kind: Literal["article", "macro", "procedure"] = "article"
    audience: Literal["public", "internal"] = "public"
    status: Literal["draft", "approved", "retired"] = "approved"
    version: int | None = Field(default=None, ge=1, le=2**53 - 1)
    url: Address | None = None
    variables: Facts = Field(default_factory=dict)


# -- replies; written by the engine as plain dicts, described here for /docs.json -----------------


class IntentOut(BaseModel):
    """The intent; ``label`` is ``unknown`` where the model abstains."""

    label: str
    p: float
    alternatives: list[tuple[str, float]]
    out_of_scope: float | None


class Labelled(BaseModel):
    """A label with its calibrated probability."""

    label: str
    p: float


class TriageOut(BaseModel):
    """What the ticket is."""

    intent: IntentOut | None
    language: Labelled
    sentiment: Labelled | None
    priority: str | None
    retention_risk: dict[str, Any] | None
    presales: dict[str, Any] | None
    entities: dict[str, list[str]]
    abstained: bool
    reason: str | None


class Found(BaseModel):
    """An article or macro that answers."""

    id: str
    version: int | str | None = None
    title: str | None = None
    p: float | None = None
    span: tuple[int, int] | None = None


class Envelope(BaseModel):
    """What every answer of the models carries."""

    models: dict[str, str]
    degraded: list[str]
    not_available: list[str]
    reasons: dict[str, str]
    timing_ms: dict[str, float]


class SuggestOut(Envelope):
    """Reply of ``POST /v1/suggest``; parts that were not wanted are left out."""

    suggestion_id: str
    ticket_version: int
    truncated: bool
    triage: TriageOut | None = None
    draft: dict[str, Any] | None = None
    articles: list[Found] | None = None
    macros: list[Found] | None = None
    actions: list[dict[str, Any]] | None = None
    route: dict[str, Any] | None = None


class TriageReply(Envelope):
    """Reply of ``POST /v1/triage``."""

    ticket_version: int | None = None
    triage: TriageOut | None = None
    results: list[dict[str, Any]] | None = None


class FeedbackOut(BaseModel):
    """Reply of ``POST /v1/feedback``."""

    feedback_id: int
    suggestion_id: str
    decision: str
    edit_distance: float | None
    kept_share: float | None


class ArticleOut(BaseModel):
    """An article as the service knows it."""

    client: str
    id: str
    version: int
    kind: str
    audience: str | None
    language: str
    title: str
    text: str
    status: str
    updated_at: datetime | None
    url: str | None
    variables: dict[str, Any]
    index_version: str | None


class EditOut(BaseModel):
    """Reply to a change of the knowledge."""

    client: str
    id: str
    version: int
    status: str
    indexed: bool
    live_version: int | None
    passages: int
    index_version: str | None
    warnings: list[str] = Field(default_factory=list)


class ProblemOut(BaseModel):
    """RFC 9457 problem document."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str | None = None
    errors: list[dict[str, str]] | None = None
