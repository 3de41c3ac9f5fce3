"""Names of HTML elements, and the dialects of Markdown that documentation tools write."""

import re

BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "caption",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "video",
        "audio",
    }
)
INLINE = frozenset(
    {
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "big",
        "br",
        "button",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "img",
        "input",
        "ins",
        "kbd",
        "label",
        "mark",
        "output",
        "picture",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "small",
        "source",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
    }
)
IGNORED = frozenset(
    {
        "script",
        "style",
        "head",
        "title",
        "nav",
        "footer",
        "noscript",
        "template",
        "iframe",
        "object",
        "embed",
        "svg",
        "math",
        "canvas",
        "select",
        "textarea",
        "meta",
        "link",
        "base",
    }
)
_ANY_TAG = re.compile(r"<(/?)([A-Za-z][\w-]*)((?:\s[^<>]*)?)>")
_FENCE = re.compile(r"^\s*(```|~~~)")
_TAG = re.compile(
    r"\{%-?\s*(end)?(hint|tabs?|content-ref|embed|file|code|stepper|step|columns?|swagger|api-method"
    r"|updates?|openapi|include)\b([^%\n]{0,500})%\}"
)
_ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*[\"“]([^\"”]*)[\"”]")
# Markdown wants <…> around an address with blanks; many tools and people leave it out.
_LOOSE_IMAGE = re.compile(
    r"(!\[[^\]\n]{0,300}\])\(([^()<>\n]{0,500}(?:\([^()<>\n]{0,99}\)[^()<>\n]{0,99}){0,9})\)"
)
# What is left of an image link whose first half a converter cut off: " (1) (3).png>)".
# Whole targets in <…> end alike, so they are matched first and stay.
_TORN_IMAGE = re.compile(
    r"(\]\(<[^<>\n]{0,500}>)|[^\S\n]{0,3}(?:\(\d{1,3}\)[^\S\n]?){0,4}\.(?:png|jpe?g|gif|svg|webp)>\)",
    re.IGNORECASE,
)
# A backslash at the end of a paragraph breaks no line; editors leave it there all the same.
_LAST_BACKSLASH = re.compile(r"(?<!\\)\\+\s*(?=</?(?:p|li|ul|ol|td|th|h[1-6])\b)")
# Bold that CommonMark does not take as such, as in "**Price.**The": the signs are no words.
_STRAY_BOLD = re.compile(r"(?<!\*)\*\*(?!\*)")
_CODE = re.compile(r"(<pre\b.*?</pre>|<code\b.*?</code>)", re.DOTALL)
_SHORTCODE = re.compile(r"(?<![\w:]):[a-z][a-z0-9_+-]*:(?!\d)")


def to_commonmark(source: str) -> str:
    """Turn GitBook's ``{% … %}`` tags into Markdown; other templates' tags stay as they are.

    Remains of broken images are dropped.

    Hints and cards keep what they hold, tabs and steps get their title as a line, embedded
    pages and files become links.
    """
    inside_code = False
    lines = []
    for line in source.split("\n"):
        if _FENCE.match(line):
            inside_code = not inside_code
        if not inside_code:
            line = _TORN_IMAGE.sub(lambda found: found[1] or "", _bracketed(line))
            line = _TAG.sub(_replacement, line)
        lines.append(line)
    return "\n".join(lines)


def tidy_html(html: str) -> str:
    """Tidy rendered Markdown: stray marks go, ``<Order Number>`` and its like become words."""
    parts = _CODE.split(html)
    # Every second part is code.
    parts[::2] = [
        _ANY_TAG.sub(_escaped, _SHORTCODE.sub("", _STRAY_BOLD.sub("", part))) for part in parts[::2]
    ]
    return _LAST_BACKSLASH.sub("", "".join(parts))


def _escaped(found: re.Match[str]) -> str:
    known = found[2].lower() in BLOCKS | INLINE | IGNORED
    return found[0] if known else f"&lt;{found[0][1:-1]}&gt;"


def _bracketed(line: str) -> str:
    return _LOOSE_IMAGE.sub(
        lambda found: f"{found[1]}(<{found[2]}>)" if " " in found[2].strip() else found[0], line
    )


def _replacement(found: re.Match[str]) -> str:
    end, name, rest = found.groups()
    attributes = dict(_ATTRIBUTE.findall(rest))
    if end or name in ("hint", "content-ref"):
        return ""
    target = attributes.get("url") or attributes.get("src") or ""
    if name in ("embed", "file") and target:
        return f"[{attributes.get('caption') or target}]({target})"
    title = attributes.get("title", "")
    return f"**{title}**\n" if title else ""
