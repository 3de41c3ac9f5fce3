r"""Markdown and HTML to the normalised text of an article.

Normalised text is plain text that a person can read and that a line says the kind of:

- ``## Heading`` lines, one to six signs;
- paragraphs in one line (short lines stay lines), parted by an empty line;
- ``- item`` and ``1. item`` lines, what belongs to an item two spaces further in;
- table rows as ``cell | cell``;
- code between two lines of three backticks;
- links as ``label (url)``; of links to other source files (``returns.md``) the label;
- images as media references on a line of their own, ``![alt](reference)``.

A paragraph that only looks like a heading has a backslash in front of its sign.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, PreformattedString, Tag
from bs4.exceptions import ParserRejectedMarkup
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from data.errors import LoadError
from data.knowledge.tags import BLOCKS, IGNORED, tidy_html, to_commonmark
from data.schema.coerce import parse_text

# A line this long was broken for its width, a shorter one for a reason.
_WRAPPED = 50
_XML = re.compile(r"^\s*<\?xml\b[^>]*>")
# What Python's parser takes for an SGML section and gives up on.
_NO_SECTION = re.compile(r"<!\[(?!\s*(?:CDATA|if|else|endif)\b)", re.IGNORECASE)
# What opens and what would end it. Python's parser looks for each end up to the end of the text.
_ENDS = (
    (re.compile("<!--"), re.compile(r"--\s*>"), 4),
    (re.compile(r"<!\[\s*CDATA\b", re.IGNORECASE), re.compile(r"\]\s*\]\s*>"), 3),
    (re.compile(r"<!\["), re.compile(r"\]\s*>"), 3),
    (re.compile("<"), re.compile(">"), 1),
)
# Far more than any article has; a megabyte of them would take a core for a minute.
_MOST_MARKS = 50_000
_MOST_TAGS = 100_000
_MOST_UNENDED = 2_000
_IMAGE = re.compile("\ufffc\\d+\ufffc")
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_HEADING_LIKE = re.compile(r"^(?=#{1,6} |```)", re.MULTILINE)
# An anchor, or a neighbour among the source files: no address that anyone could open.
_SOURCE = re.compile(r"#|(?!\w+:)[^#?]*\.(?:md|markdown)(?:#.*)?$", re.IGNORECASE)
# The parser closes no element by itself: what ends each where its end tag is left out.
_IMPLIED_ENDS = (
    (["td", "th"], ("td", "th", "tr")),
    (["tr"], ("tr",)),
    (["li"], ("li",)),
    (["dt", "dd"], ("dt", "dd")),
)
# As many digits as CommonMark allows; str.isdigit also takes digits that int refuses.
_NUMBER = re.compile(r"[0-9]{1,9}")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def markdown_to_text(source: str, *, url: str = "") -> str:
    """Normalise Markdown (CommonMark with tables), HTML in it included.

    Parameters
    ----------
    source : str
    url : str, default=""
        Address of the article, against which relative links are resolved.

    Raises
    ------
    LoadError
        When it is nested too deeply to be read, or holds more marks than words.
    """
    if sum(map(source.count, "[|*_`<&\n")) > _MOST_MARKS:
        raise LoadError(f"The text cannot be read: it has over {_MOST_MARKS:,} marks and lines.")
    html = str(_markdown().render(to_commonmark(source)))
    return tree_to_text(_parse(tidy_html(html)), url=url)


def html_to_text(source: str, *, url: str = "") -> str:
    """Normalise HTML; scripts, navigation and what is hidden are left out.

    Raises
    ------
    LoadError
        When it cannot be parsed or is nested too deeply.
    """
    return tree_to_text(parse_html(source), url=url)


def parse_html(source: str) -> BeautifulSoup:
    """Parse HTML leniently; items and cells whose end tag is left out end where the next begins.

    Raises
    ------
    LoadError
        When no parser can make sense of it.
    """
    if source.count("<") > _MOST_TAGS:
        raise LoadError(f"The HTML cannot be read: it has over {_MOST_TAGS:,} tags.")
    tree = _parse(source)
    for names, enders in _IMPLIED_ENDS:
        unended = [node for node in tree.find_all(names) if _first(node, enders) is not None]
        if len(unended) > _MOST_UNENDED:
            raise LoadError(
                f"The HTML cannot be read: {len(unended):,} items or cells have no end tag."
            )
        for node in unended:
            inner = _first(node, enders)
            if inner is not None:
                node.insert_after(*[item.extract() for item in (inner, *inner.next_siblings)])
    return tree


def _first(node: PageElement, names: Sequence[str]) -> Tag | None:
    children = node.children if isinstance(node, Tag) else ()
    return next((c for c in children if isinstance(c, Tag) and c.name in names), None)


def _parse(source: str) -> BeautifulSoup:
    clean = _NO_SECTION.sub("&lt;![", _XML.sub("", parse_text(_INVISIBLE.sub("", source))))
    try:
        # The line end keeps the parser from taking a short text for an address or file name.
        return BeautifulSoup(f"{_escape_unended(clean)}\n", "html.parser")
    except (ParserRejectedMarkup, RecursionError) as error:
        raise LoadError(f"The HTML cannot be read: {error}.") from error


def _escape_unended(html: str) -> str:
    """Write what opens and never ends as the text that the parser would take it for."""
    for opening, closing, width in _ENDS:
        last = -1
        for end in closing.finditer(html):
            last = end.start()
        cut = max(0, last - width + 1)
        html = html[:cut] + opening.sub(lambda found: f"&lt;{found[0][1:]}", html[cut:])
    return html


def tree_to_text(tree: Tag, *, url: str = "") -> str:
    """Normalise a parsed document or a part of it.

    Raises
    ------
    LoadError
        When elements are nested hundreds deep.
    """
    try:
        blocks = _Walker(url).blocks(tree)
    except RecursionError as error:
        raise LoadError("The text cannot be read: it is nested too deeply.") from error
    return unicodedata.normalize("NFC", "\n\n".join(blocks)).strip()


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    # Lines indented by four spaces are seldom meant as code in support articles.
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable("code")
    parser.add_render_rule("softbreak", _soft_break)
    return parser


def _soft_break(
    _renderer: RendererHTML, tokens: Sequence[Token], at: int, _options: object, _env: object
) -> str:
    length = 0
    for place in range(at - 1, -1, -1):
        if tokens[place].type in ("softbreak", "hardbreak"):
            break
        length += len(tokens[place].content)
    return "\n" if length >= _WRAPPED else "<br>"


class _Walker:
    """Walk over one document; images met inside words are kept until their line is done."""

    def __init__(self, url: str) -> None:
        # Links of an article whose own address is broken stay as they are written.
        self.url = url if _joined("", url) is not None else ""
        self.images: list[tuple[str, str]] = []

    def blocks(self, node: Tag) -> list[str]:
        """Give the blocks below a node, in order."""
        done: list[str] = []
        words: list[str] = []
        for child in node.children:
            if _is_left_out(child):
                continue
            if isinstance(child, Tag) and _is_block(child):
                done += self.paragraph("".join(words))
                words = []
                done += self.block(child)
            else:
                words.append(self.inline(child))
        return done + self.paragraph("".join(words))

    def block(self, node: Tag) -> list[str]:
        """Give the blocks of one block element."""
        name = node.name
        if name in ("h1", "h2", "h3", "h4", "h5", "h6"):
            return self.heading(node)
        if name in ("ul", "ol"):
            return self.list_(node)
        if name == "table":
            return self.table(node)
        if name == "pre":
            code = node.get_text().strip("\n")
            return [f"```\n{code}\n```"] if code.strip() else []
        if name == "dl":
            return self.definitions(node)
        return self.blocks(node)

    def heading(self, node: Tag) -> list[str]:
        words, images = self.settle(self.inline_of(node))
        line = " ".join(words.split())
        return ([f"{'#' * int(node.name[1])} {line}"] if line else []) + images

    def paragraph(self, words: str) -> list[str]:
        lines, images = self.settle(words)
        escaped = _HEADING_LIKE.sub(r"\\", lines)
        return ([escaped] if escaped else []) + images

    def list_(self, node: Tag) -> list[str]:
        lines: list[str] = []
        start = str(node.get("start", "1"))
        number = int(start) if _NUMBER.fullmatch(start) else 1
        for child in node.children:
            if not isinstance(child, Tag) or _is_left_out(child):
                continue
            inner = "\n".join(self.blocks(child) if child.name == "li" else self.block(child))
            if not inner:
                continue
            mark = "-" if node.name == "ul" else f"{number}."
            number += 1
            lines.append(f"{mark} " + inner.replace("\n", "\n  "))
        return ["\n".join(lines)] if lines else []

    def table(self, node: Tag) -> list[str]:
        rows = [row for row in node.find_all("tr") if row.find_parent("table") is node]
        cells = [row.find_all(["td", "th"], recursive=False) for row in rows]
        if max(map(len, cells), default=0) < 2:
            # A table of one column only lays the page out.
            return [block for row in cells for cell in row for block in self.blocks(cell)]
        lines, images = [], []
        for row in cells:
            texts = []
            for cell in row:
                parts = self.blocks(cell)
                images += [part for part in parts if part.startswith("![")]
                texts.append(" ".join(" ".join(p for p in parts if not p.startswith("![")).split()))
            while texts and not texts[-1]:
                texts.pop()
            if texts:
                lines.append(" | ".join(text or "–" for text in texts))
        caption = node.find("caption")
        above = self.paragraph(self.inline_of(caption)) if isinstance(caption, Tag) else []
        return above + (["\n".join(lines)] if lines else []) + images

    def definitions(self, node: Tag) -> list[str]:
        lines: list[str] = []
        for item in node.find_all(["dt", "dd"]):
            text = " ".join(" ".join(self.blocks(item)).split())
            if item.name == "dt" or not lines:
                lines.append(f"- {text}")
            else:
                lines[-1] += f": {text}"
        return ["\n".join(lines)] if lines else []

    def inline_of(self, node: Tag) -> str:
        return "".join(self.inline(child) for child in node.children if not _is_left_out(child))

    def inline(self, node: PageElement) -> str:
        """Give the words of an inline node; images become marks that `settle` resolves."""
        if isinstance(node, NavigableString):
            return re.sub(r"\s+", " ", str(node).replace("\ufffc", ""))
        if not isinstance(node, Tag):
            return ""
        if node.name == "br":
            return "\n"
        if node.name == "img":
            return self.image(node)
        if node.name == "a":
            return self.link(node)
        words = self.inline_of(node)
        return f" {words} " if node.name in BLOCKS else words

    def image(self, node: Tag) -> str:
        reference = str(node.get("src") or node.get("data-src") or "").strip()
        if reference.startswith("data:"):
            reference = reference.split(",")[0].split(";")[0]
        if not reference:
            return str(node.get("alt") or "")
        alt = re.sub(r"[\[\]\s]+", " ", str(node.get("alt") or "")).strip()
        address = _joined(self.url, reference)
        if address is None:
            return alt
        self.images.append((alt, _safe(address)))
        return f"\ufffc{len(self.images) - 1}\ufffc"

    def link(self, node: Tag) -> str:
        label = self.inline_of(node)
        words = _IMAGE.sub("", label).strip()
        target = str(node.get("href") or "").strip()
        scheme = target.split(":")[0].lower() if ":" in target else ""
        if _SOURCE.match(target):
            return label if words != target else label.replace(words, "")
        if not target or scheme in ("javascript", "data", "vbscript"):
            return label
        address = _joined(self.url, target)
        if address is None:
            return label
        target = _safe(address)
        if _bare(words) == _bare(target):
            return label
        if not words:
            return f"{label}{target}"
        return f"{label.rstrip()} ({target}){' ' if label.endswith(' ') else ''}"

    def settle(self, words: str) -> tuple[str, list[str]]:
        """Tidy the lines of a block; take its images out into lines of their own.

        An image between words stands for a word (a button, an icon): its alternative text
        stays in its place.
        """
        lines: list[str] = []
        images: list[str] = []
        for line in words.split("\n"):
            line = self.without_images(line, images)
            tidy = " ".join(line.split())
            if tidy:
                lines.append(tidy)
        return "\n".join(lines), images

    def without_images(self, line: str, images: list[str]) -> str:
        texts = _IMAGE.split(line)
        worded = [number for number, text in enumerate(texts) if _has_words(text)]
        done = texts[:1]
        for number, mark in enumerate(_IMAGE.findall(line)):
            alt, reference = self.images[int(mark.strip("\ufffc"))]
            images.append(f"![{alt}]({reference})")
            between = bool(worded) and worded[0] <= number < worded[-1]
            done += [alt if between else "", texts[number + 1]]
        return "".join(done)


def _is_block(node: Tag) -> bool:
    # A link, span or custom element around blocks must not flatten them.
    return node.name in BLOCKS or any(
        isinstance(inner, Tag) and inner.name in BLOCKS for inner in node.descendants
    )


def _has_words(text: str) -> bool:
    return any(letter.isalnum() for letter in text)


def _is_left_out(node: PageElement) -> bool:
    if isinstance(node, PreformattedString):
        return True
    return isinstance(node, Tag) and (
        node.name in IGNORED
        or node.has_attr("hidden")
        or bool(_HIDDEN_STYLE.search(str(node.get("style", ""))))
    )


def _bare(address: str) -> str:
    return re.sub(r"^(?:https?://|mailto:|tel:)", "", address).rstrip("/")


def _joined(base: str, reference: str) -> str | None:
    """Resolve a reference; None where it is no address, such as ``http://[bad``."""
    try:
        urlsplit(reference)
        return urljoin(base, reference)
    except ValueError:
        return None


def _safe(reference: str) -> str:
    return reference.replace(" ", "%20").replace("(", "%28").replace(")", "%29")
