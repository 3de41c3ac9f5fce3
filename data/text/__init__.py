"""Clean text, sentences and language of support messages in nine languages."""

from data.text.cleaning import clean
from data.text.language import UNKNOWN, detect_language
from data.text.segmentation import sentences
from data.text.spans import LANGUAGES, Span

__all__ = ["LANGUAGES", "UNKNOWN", "Span", "clean", "detect_language", "sentences"]
