"""Prepare a reply from approved sentences, or say that there is none.

Extractive: the customer's words are split into requests, each request is answered with sentences
of one passage or with one macro, and the check of :mod:`suggest.grounding` has the last word.
How the outcome is decided stands in :mod:`suggest.outcome`. Text is data: what a ticket, an
article or a macro says can only withhold a sentence from the customer (text that speaks to
agents, orders to a machine), never allow, send or route anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Self

from sklearn.base import BaseEstimator, clone

from data.errors import ParameterError
from data.text import LANGUAGES
from data.text.ticket_language import ticket_language
from data.ticket import Ticket, as_ticket
from suggest.acceptance import PriorLogistic, acceptance_model, support_model
from suggest.alarms import alarm
from suggest.answers import Answer, choose_answer, steps_of
from suggest.asking import is_courtesy, split_requests
from suggest.checking import check_count, check_share, moment
from suggest.client_acceptance import ClientAcceptance, Taught
from suggest.closing import asks_nothing
from suggest.compose import body, compose
from suggest.draft import Draft, DraftSentence, Role, Support
from suggest.findings import Finder, Finding, Searcher
from suggest.greetings import greeting, resolve_timezone
from suggest.macros import lifted
from suggest.outcome import (
    LEAST,
    OUTCOME_OF,
    features_of,
    reason_for,
    why_none,
    worth_showing,
)
from suggest.phrases import phrasebook
from suggest.reading import Index
from suggest.setting import Reading, Setting, Told
from suggest.slots import SlotValues
from suggest.value import seconds_saved
from suggest.voice import ClientVoice

_LISTED = 3


class ReplyDrafter(BaseEstimator):
    """Drafts replies from a knowledge index.

    Parameters
    ----------
    index : KnowledgeIndex
    retriever : Retriever, optional
        Ranks passages instead of the index.
    voices : mapping, optional
        Client id to :class:`~suggest.voice.ClientVoice` or to the client's policies.
    threshold : float
        Least support for an answer, in [0, 1].
    least_acceptance : float
        Least probability, in [0, 1], that an answer that needs no filling in is of use; below it
        the outcome is ``none`` and the articles are all there is.
    most_requests : int
        Requests that are answered in one reply.
    support : PriorLogistic, optional
        Learned; the documented starting one by default.
    acceptance : PriorLogistic or ClientAcceptance, optional
        Learned, of all clients or of each; the documented starting one by default.

    Attributes
    ----------
    acceptance_ : PriorLogistic
        After `fit`: what was learned, used instead of `acceptance`.

    Raises
    ------
    ParameterError
        `threshold`, `least_acceptance` or `most_requests` out of range.
    """

    def __init__(
        self,
        index: Index,
        *,
        retriever: Searcher | None = None,
        voices: Mapping[str, Any] | None = None,
        threshold: float = 0.4,
        least_acceptance: float = LEAST,
        most_requests: int = 2,
        support: PriorLogistic | None = None,
        acceptance: PriorLogistic | ClientAcceptance | None = None,
    ) -> None:
        check_share("threshold", threshold)
        check_share("least_acceptance", least_acceptance)
        check_count("most_requests", most_requests)
        self.index = index
        self.retriever = retriever
        self.support = support
        self.threshold = threshold
        self.least_acceptance = least_acceptance
        self.most_requests = most_requests
        self.acceptance = acceptance or acceptance_model()
        self.voices = {client: _client_voice(v) for client, v in (voices or {}).items()}
        self.finder = Finder(index, retriever, support=support or support_model())

    def fit(self, features: Sequence[Mapping[str, float]], accepted: Sequence[int]) -> Self:
        """Learn acceptance from feedback; see :func:`suggest.feedback.training_rows`.

        Raises
        ------
        ParameterError
            When ``accepted`` is not one 0 or 1 for each row of ``features``.
        """
        if len(features) != len(accepted):
            raise ParameterError(
                "The 'accepted' parameter of ReplyDrafter.fit must be one 0 or 1 for each row of "
                f"features. Got {len(accepted)} for {len(features)} rows instead."
            )
        # Whoever gave the model may use it elsewhere.
        self.acceptance_ = _apart(self.acceptance).fit(features, accepted)
        return self

    def __sklearn_clone__(self) -> Self:
        """Return a drafter of the same index, retriever and settings that has learned nothing."""
        apart = _apart(self.acceptance)
        return type(self)(**{**self.get_params(deep=False), "acceptance": apart})

    def read(self, ticket: Any, *, seen: Ticket | None = None) -> Reading:
        """Find out the language and the requests of a ticket.

        A caller whose encoder remembers can encode ``texts`` together with its own ones; the
        rest of :meth:`draft` then waits for no encoder.

        Parameters
        ----------
        ticket : Ticket, mapping or row
        seen : Ticket, optional
            The same with redacted words, which are what models learn from: what is looked up
            is read from these.
        """
        ticket = as_ticket(ticket)
        seen = ticket if seen is None else seen
        language, reason = _language(ticket, self.index)
        if ticket.is_answered:
            reason = "nothing_waiting"
        elif ticket.is_automatic:
            reason = "automatic"
        elif not reason and asks_nothing(ticket.body, language, replying=ticket.is_reply):
            reason = "nothing_asked"
        if reason:
            return Reading(language, reason)
        # What the subject asks an agent has answered before.
        words = (ticket.is_replied and seen.body) or seen.text
        asked = split_requests(words, language, most=self.most_requests)
        queries = self.finder.queries(ticket, asked.chosen, language)
        requests = tuple(r.text for r in asked.chosen)
        return Reading(language, "", requests, asked.found, queries, alarm(ticket.text, language))

    def draft(
        self,
        ticket: Any,
        *,
        now: datetime | None = None,
        intent: str | None = None,
        abstained: str | None = None,
        reading: Reading | None = None,
    ) -> Draft:
        """Draft a reply to a ticket.

        Parameters
        ----------
        ticket : Ticket, mapping or row
            See :func:`data.ticket.as_ticket`.
        now : datetime, optional
            When the reply is sent, with a time zone; the customer's hour decides the greeting.
            Default: the present.
        intent : str, optional
            Label of the triage, such as ``retention_risk.price``, where it is sure.
        abstained : str, optional
            Reason of the triage where it is not sure; see ``triage.decisions.REASONS``.
        reading : Reading, optional
            What :meth:`read` found in this ticket; read again when None.

        Raises
        ------
        UnknownClientError
            The index knows nothing of the client.
        """
        ticket = as_ticket(ticket)
        known = self.read(ticket) if reading is None else reading
        language = known.language
        if known.reason:
            return Draft("none", language, reason=known.reason)
        setting = self._setting(ticket, language, moment(now))
        found = self.finder.find(ticket, known.queries, language)
        findings = [
            lifted(of, setting.values, language=language, intent=intent or "") for of in found
        ]
        choices = [
            choose_answer(
                of, setting.values, language=language, request=n, threshold=self.threshold
            )
            for n, of in enumerate(findings)
        ]
        procedures = [c.procedure for c in choices if c.procedure]
        answers = [c.answer for c in choices if c.answer]
        features = partial(features_of, findings=found, asked=known.asked, language=language)
        taught = self._taught(ticket.client_id)
        answers = worth_showing(
            answers, features, accepted=taught.kept.probability, least=self.least_acceptance
        )
        draft = Draft(
            "none",
            language,
            greeting=setting.opening.code,
            dropped=sum(c.dropped for c in choices),
            articles=_titles(findings, ("article", "procedure")),
            macros=_titles(findings, ("macro",)),
            reason=why_none(findings),
            requests=known.requests,
            features=features(answers),
        )
        told = Told(intent or "", abstained or "", known.alarm)
        if told.alarm == "safety":
            # Nobody who was hurt reads how to reset a password.
            answers, draft = [], replace(draft, reason="human_first_safety")
        if not answers and not procedures:
            return draft
        return self._replied(draft, setting, _distinct(answers), procedures, told, taught)

    def _taught(self, client_id: str) -> Taught:
        found: PriorLogistic | ClientAcceptance = vars(self).get("acceptance_", self.acceptance)
        return found.of(client_id) if isinstance(found, ClientAcceptance) else Taught(found, found)

    def _replied(
        self,
        draft: Draft,
        setting: Setting,
        answers: Sequence[Answer],
        procedures: Sequence[Finding],
        told: Told,
        taught: Taught,
    ) -> Draft:
        # What a person has to do first cannot be accepted as it stands.
        p_accept = 0.0 if procedures else taught.sent.probability(draft.features)
        p_kept = p_accept if procedures else taught.kept.probability(draft.features)
        reason = reason_for(
            draft.features,
            hand_off=bool(procedures),
            p_accept=p_accept,
            p_kept=p_kept,
            least=self.least_acceptance,
            lead=min((a.finding.lead for a in answers), default=1.0),
            **told._asdict(),
        )
        if OUTCOME_OF[reason] == "none":
            return replace(draft, reason=reason, p_accept=p_accept)
        sentences = tuple(_reply(setting, answers, hand_off=bool(procedures)))
        return replace(
            draft,
            outcome=OUTCOME_OF[reason],
            reason=reason,
            text=compose(sentences),
            sentences=sentences,
            slots={slot: state for a in answers for slot, state in a.slots},
            p_accept=p_accept,
            seconds_saved=seconds_saved(body(sentences), kept_share=p_kept),
            steps=tuple(step for p in procedures for step in steps_of(p)),
        )

    def _setting(self, ticket: Ticket, language: str, now: datetime) -> Setting:
        client = self.voices.get(ticket.client_id, ClientVoice())
        voice = client.of(language)
        customer = ticket.customer
        zone = resolve_timezone(
            customer=customer.timezone, locale=customer.locale, client=client.timezone
        ).name
        opening = greeting(language, now, zone, name=customer.name, formality=voice.formality)
        values = SlotValues(ticket, language=language, timezone=zone, now=now)
        return Setting(language, voice, opening, values)


def _reply(
    setting: Setting, answers: Sequence[Answer], *, hand_off: bool
) -> Iterable[DraftSentence]:
    """Yield the sentences of a reply in order."""
    voice = setting.voice
    foreign = any(a.finding.passage.language != setting.language for a in answers)
    yield _fixed("greeting", str(setting.opening), "greeting")
    if voice.thanks and not (answers and _thanks_itself(answers[0])):
        yield _phrase("thanks", setting)
    if foreign:
        yield _phrase("other_language", setting)
    for answer in answers:
        yield from answer.sentences
    if hand_off:
        yield _phrase("on_it", setting)
    elif voice.help:
        yield _phrase("help", setting)
    yield _phrase("closing", setting, "closing")
    if voice.signature.strip():
        yield _fixed("signature", voice.signature.strip(), "closing")


def _phrase(name: str, setting: Setting, role: Role = "phrase") -> DraftSentence:
    phrases = phrasebook().of(setting.language, owner="ReplyDrafter.draft")
    return _fixed(name, phrases.phrase(name, setting.voice.formality), role)


def _fixed(name: str, text: str, role: Role) -> DraftSentence:
    support = Support("phrase", name, phrasebook().version, (0, len(text)))
    return DraftSentence(text, role, support)


def _thanks_itself(answer: Answer) -> bool:
    """Whether a macro goes on in lower case after the greeting, or opens with its own thanks."""
    first = answer.sentences[0].text
    return answer.is_macro and (
        first[:1].islower() or is_courtesy(first, answer.finding.passage.language)
    )


def _distinct(answers: Iterable[Answer]) -> list[Answer]:
    """Leave out an answer that another request brought already."""
    kept: list[Answer] = []
    said: set[str] = set()
    for answer in answers:
        if not said & {s.text for s in answer.sentences}:
            kept.append(answer)
            said |= {s.text for s in answer.sentences}
    return kept


def _titles(
    findings: Iterable[Iterable[Finding]], kinds: tuple[str, ...]
) -> tuple[Mapping[str, Any], ...]:
    best: dict[str, Finding] = {}
    for finding in (f for of in findings for f in of if f.passage.kind in kinds):
        known = best.get(finding.passage.article_id)
        if known is None or finding.support > known.support:
            best[finding.passage.article_id] = finding
    ranked = sorted(best.values(), key=lambda f: (-f.support, f.passage.article_id))
    return tuple(
        {
            "id": f.passage.article_id,
            "version": f.passage.version,
            "title": f.passage.title,
            "p": round(f.support, 4),
        }
        for f in ranked[:_LISTED]
    )


def _language(ticket: Ticket, index: Index) -> tuple[str, str]:
    """Return the language to reply in, and why there is none."""
    words = ticket.text
    if not words.strip():
        return "unknown", "empty"
    if not any(c.isalpha() for c in words):
        return "unknown", "no_words"
    language, _ = ticket_language(
        words,
        given=ticket.language,
        locale=ticket.customer.locale,
        helped_in=lambda: index.languages(ticket.client_id),
    )
    return (language, "") if language in LANGUAGES else ("unknown", "unknown_language")


def _apart(acceptance: PriorLogistic | ClientAcceptance) -> PriorLogistic:
    """Return a model like this one that has learned nothing and is nobody else's."""
    if isinstance(acceptance, ClientAcceptance):
        return clone(acceptance.of("").sent)
    return clone(acceptance)


def _client_voice(voice: object) -> ClientVoice:
    if isinstance(voice, ClientVoice):
        return voice
    if isinstance(voice, Mapping):
        return ClientVoice.from_mapping(voice)
    raise ParameterError(
        "The 'voices' parameter of ReplyDrafter must map clients to a ClientVoice or to their "
        f"policies. Got {type(voice).__name__} instead."
    )
