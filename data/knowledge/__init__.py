"""Articles from Markdown, HTML and tables, and their passages with character spans."""

from data.knowledge.articles import articles_from_frame, read_articles
from data.knowledge.blocks import media, sentence_spans
from data.knowledge.cutting import passages
from data.knowledge.markup import html_to_text, markdown_to_text
from data.knowledge.templates import load_template_pack

__all__ = [
    "articles_from_frame",
    "html_to_text",
    "load_template_pack",
    "markdown_to_text",
    "media",
    "passages",
    "read_articles",
    "sentence_spans",
]
