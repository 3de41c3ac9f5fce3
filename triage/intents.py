"""What a ticket is about: a label with a calibrated probability, or an abstention with a reason.

A blend of heads over the encoder's vector and the words of the text (`triage.heads`). Held-out
parts of the training data set the shares of the heads, calibrate the blend, set the threshold of
`decide` and the scale of the out-of-scope score; nothing else is ever looked at.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from data.adaptation import Adaptation, adaptable
from data.arguments import as_texts
from data.artifact import read_artifact
from data.encoders import Encoder, default_encoder
from data.errors import ParameterError
from data.text import LANGUAGES, detect_language
from triage.calibration import best_calibrator
from triage.checking import check_settings
from triage.decisions import Decision, as_frame, judged, threshold_for
from triage.evaluating import figures
from triage.far import Far, fit_far
from triage.features import LexicalFeatures, Reading, encode, prepare, read
from triage.fitting import whole
from triage.heads import MOST_ROWS, Heads, blended, fitted_blend, fold_numbers, sample
from triage.ownership import kept_apart, sole_owners
from triage.scope import ScopeModel, scope_signals
from triage.storing import KIND, read_model, write_model
from triage.taxonomy import OUT_OF_SCOPE, UNKNOWN
from triage.teaching import TaughtHead, judges, taught_head
from triage.texts import (
    Texts,
    as_labels,
    hint_texts,
    index_of,
    labels_by_client,
    row_keys,
    training_rows,
)

Table = NDArray[np.float64]

# Past this many texts one held-out part is as good as folds, at a third of the cost.
_FOLD_ROWS = 10_000
# Past this many what is judged is what answers: a tenth more texts would not be noticed.
_REFIT_ROWS = 20_000


class IntentClassifier(ClassifierMixin, BaseEstimator):
    """Classify texts into known labels, calibrated, with abstention.

    Parameters
    ----------
    encoder : Encoder, optional
        Texts to vectors; the multilingual default when None.
    target_precision : float in (0, 1)
        `decide` abstains below the probability at which held-out answers were this precise.
    in_scope_loss : float in [0, 1)
        Share of held-out known texts that the out-of-scope cut may turn away.
    languages : sequence of str
        Languages among which a text's language is sought.
    hints : mapping of str to sequence of str, optional
        Label → sentences that describe it, learned beside the texts. A label without hints is
        described by its own words: ``billing.invoice_copy`` reads "billing invoice copy".
    adapt : bool
        Teach the labels to a sentence-transformers encoder (minutes of CPU time) and blend what
        it says with the heads. Other encoders stay as they are.
    folds : int
        Held-out folds for calibration, 2 or more.
    epochs : int
        Passes of the network over the data.
    random_state : int
        Same data and same number, same model.

    Attributes
    ----------
    classes_ : array of str, shape (n_classes,)
        Sorted labels; columns of `predict_proba`.
    calibration_ : dict
        Cross-fitted log loss of each method and the one kept.

    Notes
    -----
    Rows labelled ``out_of_scope`` are no class: they teach the out-of-scope score.
    Works from 8 texts a label. Of more than 35,000 texts a sample is learned, by label, thin
    labels whole.
    """

    def __init__(
        self,
        *,
        encoder: Encoder | None = None,
        target_precision: float = 0.98,
        in_scope_loss: float = 0.02,
        languages: Sequence[str] = LANGUAGES,
        hints: Mapping[str, Sequence[str]] | None = None,
        adapt: bool = True,
        folds: int = 3,
        epochs: int = 50,
        random_state: int = 0,
    ) -> None:
        self.encoder = encoder
        self.target_precision = target_precision
        self.in_scope_loss = in_scope_loss
        self.languages = languages
        self.hints = hints
        self.adapt = adapt
        self.folds = folds
        self.epochs = epochs
        self.random_state = random_state

    @whole
    def fit(
        self,
        texts: Texts,
        labels: Sequence[str] | ArrayLike,
        clients: Sequence[str] | ArrayLike | None = None,
    ) -> Self:
        """Learn from texts (n,) and labels (n,); returns self.

        With ``clients`` (n,), ``labels_of_`` holds the labels of each client, so that a service
        can keep the labels that one client added from all others.

        Raises
        ------
        ParameterError
            When lengths differ, a label is missing or reserved, or fewer than two labels
            have a text.
        """
        check_settings(self)
        labels = as_labels(labels)
        words, names = training_rows(texts, labels)
        self.labels_of_ = labels_by_client(labels, clients)
        self.owners_ = sole_owners(self.labels_of_)
        self.learned_, self.refreshed_ = row_keys(words, names), 0
        outside = [t for t, n in zip(words, names, strict=True) if n == OUT_OF_SCOPE]
        inside = [(t, n) for t, n in zip(words, names, strict=True) if n != OUT_OF_SCOPE]
        self.classes_, targets = np.unique([n for _, n in inside], return_inverse=True)
        if len(self.classes_) < 2:
            raise ParameterError(
                "The 'labels' parameter of IntentClassifier.fit must hold at least two labels "
                f"with a text. Got {self.classes_.tolist()} instead."
            )
        chosen = sample(targets, MOST_ROWS, self.random_state)
        words, targets = [inside[i][0] for i in chosen], targets[chosen]
        self.encoder_ = self.encoder or default_encoder()
        described = hint_texts(self.classes_, self.hints)
        described_targets = np.array([number for _, number in described], dtype=np.intp)
        self.lexical_ = LexicalFeatures(random_state=self.random_state).fit(
            [*words, *(text for text, _ in described)]
        )
        texts_read = self._read(words)
        hints = self._read([text for text, _ in described])
        self.far_ = Far()
        rows, scores, signals, far = self._learn(
            texts_read, targets, hints, described_targets, refit=len(inside) <= _REFIT_ROWS
        )
        held_out, scores = self._teach(
            [*words, *(text for text, _ in described)],
            np.concatenate([targets, described_targets]),
            rows,
            scores,
        )
        self._calibrate(scores, targets[held_out])
        self.scope_ = ScopeModel().fit(
            signals, self._scores_and_signals(outside)[1] if outside else None
        )
        self._set_thresholds(scores, targets[held_out])
        if self.taught_ is None:
            known = self.calibrator_, far[0], targets[rows], self.scope_.score(far[1])
            cut = np.inf if outside else self.cut_  # labelled ones taught what words to mind
            self.far_ = fit_far(*known, cut=cut, loss=self.in_scope_loss)
        return self

    def predict(self, texts: Texts) -> NDArray[np.str_]:
        """Most probable known label of each text, shape (n,); never ``unknown``."""
        best = self.predict_proba(texts).argmax(axis=1)
        return self.classes_[best]

    def predict_proba(self, texts: Texts) -> Table:
        """Calibrated probabilities, shape (n, n_classes), columns as in ``classes_``."""
        check_is_fitted(self)
        return self.calibrator_.transform(self._scores(as_texts(texts)))

    def out_of_scope_score(self, texts: Texts) -> NDArray[np.float64]:
        """Unbounded score, shape (n,); higher is further outside every known label."""
        check_is_fitted(self)
        _, signals, known = self._scores_and_signals(as_texts(texts))
        return self.far_.outside(self.scope_.score(signals), known)

    def decide(self, texts: Texts) -> pd.DataFrame:
        """Answer or abstain: `decisions` as a frame.

        Returns
        -------
        DataFrame
            One row a text, same order: the fields of :class:`triage.decisions.Decision`. It has
            the index of a Series of texts, and counts from 0 otherwise.
        """
        return as_frame(self.decisions(texts), index_of(texts))

    def decisions(
        self,
        texts: Texts,
        vectors: NDArray[np.float32] | None = None,
        clients: Sequence[str] | None = None,
    ) -> list[Decision]:
        """Answer or abstain, one decision a text, without a frame: for a ticket at a time.

        Parameters
        ----------
        texts : sequence of str, shape (n,)
        vectors : array of shape (n, dimension), optional
            ``encoder.encode(IntentClassifier.prepare(texts))`` where the caller has it already;
            computed when None.
        clients : sequence of str, shape (n,), optional
            Whose texts they are: labels that another client alone uses stay unsaid.

        Raises
        ------
        ParameterError
            When ``vectors`` has another shape or ``clients`` another length.
        """
        check_is_fitted(self)
        words = as_texts(texts)
        scores, signals, known = self._scores_and_signals(words, vectors)
        found = judged(
            self.calibrator_.transform(scores),
            self.classes_,
            self.far_.outside(self.scope_.score(signals), known),
            empty=[not any(c.isalnum() for c in text) for text in words],
            foreign=self._foreign(words, known),
            threshold=self.threshold_,
            cut=self.cut_,
        )
        if clients is None or not self.owners_:
            return found
        return kept_apart(found, clients, self.owners_)

    @staticmethod
    def prepare(texts: Texts) -> list[str]:
        """Return what the encoder is given for each text; see `decisions`."""
        return prepare(as_texts(texts))

    def evaluate(self, texts: Texts, labels: Sequence[str] | ArrayLike) -> dict[str, float]:
        """Accuracy, macro-F1, top-3, calibration and coverage on labelled texts.

        Rows labelled ``out_of_scope`` count in ``out_of_scope_auroc`` alone, which is there when
        there are such rows.

        Raises
        ------
        ParameterError
            When lengths differ, a label is missing, or no row has a known label.
        """
        return figures(self, texts, labels)

    def save(self, folder: str | os.PathLike[str], **header: Any) -> Path:
        """Write a model folder; ``header`` passes metrics, data_fingerprint or card on."""
        check_is_fitted(self)
        return write_model(self, folder, **header)

    @classmethod
    def load(cls, folder: str | os.PathLike[str], *, encoder: Encoder | None = None) -> Self:
        """Read a model folder; ``encoder`` must be the one it was trained with.

        Raises
        ------
        ArtifactError
            When the folder is damaged or the encoder is another one.
        """
        return read_model(cls, read_artifact(folder, kind=KIND), encoder)

    def _read(self, texts: Sequence[str], vectors: NDArray[np.float32] | None = None) -> Reading:
        expected = (len(texts), self.encoder_.dimension)
        if vectors is not None and vectors.shape != expected:
            raise ParameterError(
                "The 'vectors' parameter of IntentClassifier.decisions must have the shape "
                f"{expected}. Got {vectors.shape} instead."
            )
        if not len(texts):
            vectors = np.empty(expected, dtype=np.float32)
        elif vectors is None:
            vectors = encode(self.encoder_, texts)
        return read(self.lexical_, vectors, texts)

    def _foreign(self, words: Sequence[str], known: NDArray[np.float64]) -> list[bool]:
        """Tell which texts are in no configured language; known words answer for the rest."""
        doubtful = [i for i, share in enumerate(known) if share < 0.5]
        found = detect_language([words[i] for i in doubtful], languages=self.languages)
        unknown = {i for i, (name, _) in zip(doubtful, found, strict=True) if name == UNKNOWN}
        return [i in unknown for i in range(len(words))]

    def _scores(self, texts: Sequence[str]) -> Table:
        found = self._read(texts)
        scores = blended(self.blend_, self.heads_.tables(found), found.known, self.far_.scale)
        return self._summed(scores, texts, found.known)

    def _summed(self, scores: Table, texts: Sequence[str], known: NDArray[np.float64]) -> Table:
        return scores if self.taught_ is None else self.taught_.add(scores, texts, known)

    def _scores_and_signals(
        self, texts: Sequence[str], vectors: NDArray[np.float32] | None = None
    ) -> tuple[Table, Table, NDArray[np.float64]]:
        found = self._read(texts, vectors)
        tables = self.heads_.tables(found)
        scores = blended(self.blend_, tables, found.known, self.far_.scale)
        scores = self._summed(scores, texts, found.known)
        return scores, scope_signals(tables[0], found.known), found.known

    def _learn(
        self,
        texts: Reading,
        targets: NDArray[np.intp],
        hints: Reading,
        hint_targets: NDArray[np.intp],
        *,
        refit: bool,
    ) -> tuple[NDArray[np.intp], Table, Table, tuple[Table, Table]]:
        """Fit heads and shares; returns which rows were held out, their scores and signals.

        Scores and signals once more: of the rows read without their words.
        """

        def heads(chosen: NDArray[np.intp]) -> Heads:
            fitted = Heads(epochs=self.epochs, random_state=self.random_state)
            return fitted.fit(
                texts.part(chosen), targets[chosen], hints, hint_targets, self.lexical_.n_terms
            )

        tables, far, held_out = [], [], []
        for inner, outer in self._parts(targets):
            self.heads_ = heads(inner)
            tables.append(self.heads_.tables(texts.part(outer)))
            far.append(self.heads_.network_.scores(texts.part(outer).without_words().rows))
            held_out.append(outer)
        if refit:
            self.heads_ = heads(np.arange(len(texts)))
        rows = np.concatenate(held_out)
        joined = [np.concatenate(parts) for parts in zip(*tables, strict=True)]
        self.blend_ = fitted_blend(joined, targets[rows], len(texts))
        known, nothing = texts.known[rows], np.zeros(len(rows))
        without = blended(self.blend_, joined, nothing), scope_signals(np.vstack(far), nothing)
        scores = blended(self.blend_, joined, known)
        return rows, scores, scope_signals(joined[0], known), without

    def _teach(
        self,
        words: Sequence[str],
        targets: NDArray[np.intp],
        held_out: NDArray[np.intp],
        scores: Table,
    ) -> tuple[NDArray[np.intp], Table]:
        """Teach the encoder the labels; returns which rows judge the sum, and their scores."""
        self.taught_: TaughtHead | None = None
        base = adaptable(self.encoder_) if self.adapt else None
        if base is None:
            return held_out, scores
        rng = np.random.default_rng(self.random_state)
        part = fold_numbers(targets[held_out], judges(len(held_out)), rng) == 0
        self.taught_, scores = taught_head(
            base,
            words,
            self.classes_[targets].tolist(),
            held_out[part],
            scores[part],
            Adaptation(random_state=self.random_state),
        )
        return held_out[part], scores

    def _parts(self, targets: NDArray[np.intp]) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Positions to learn from and to hold out, by fold; one part only in large sets."""
        rng = np.random.default_rng(self.random_state)
        many = len(targets) > _FOLD_ROWS
        part = fold_numbers(targets, 10 if many else self.folds, rng)
        numbers = range(1 if many else self.folds)
        return [(np.flatnonzero(part != i), np.flatnonzero(part == i)) for i in numbers]

    def _calibrate(self, scores: Table, targets: NDArray[np.intp]) -> None:
        self.calibrator_, losses = best_calibrator(scores, targets, random_state=self.random_state)
        self.calibration_ = {"method": self.calibrator_.method, "log_loss": losses}

    def _set_thresholds(self, scores: Table, targets: NDArray[np.intp]) -> None:
        probabilities = self.calibrator_.transform(scores)
        correct = probabilities.argmax(axis=1) == targets
        self.threshold_ = threshold_for(probabilities.max(axis=1), correct, self.target_precision)
        self.cut_ = self.scope_.cut(self.in_scope_loss)
