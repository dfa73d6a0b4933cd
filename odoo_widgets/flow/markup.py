"""HTML as its tags and texts, however it is written: as it is sent, and as Odoo cleans it.

Odoo closes what is open, and takes out what could run or what it does not know (Odoo 19.0, odoo/tools/mail.py,
`html_sanitize`; lxml/html/defs.py and lxml_html_clean beside it). What it makes of quotes and signatures is marked,
not changed.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any, TypeAlias


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A tag with its attributes, the end of one, or a text.
Part: TypeAlias = "tuple[str, ...]"
START, END, TEXT = "<", ">", ""
# Tags without an end, and those that end others in which they cannot be.
VOID = _words("area base basefont br col embed frame hr img input isindex link meta param source track wbr")
ENDED_BY: dict[str, tuple[str, ...]] = {name: (name,) for name in ("dd", "dt", "li", "option", "p")}
ENDED_BY |= {"td": ("td", "th"), "th": ("td", "th"), "tr": ("td", "th", "tr")}
# What goes with all that is in it; of forms, their controls.
KILLED = _words(
    "applet base embed frame head iframe link meta noscript object script style title button input select textarea"
)
# What stays of what else there is: tags, and attributes.
TAGS = _words(
    "a abbr acronym address area article aside audio b basefont bdi bdo big blockquote br canvas caption center cite "
    "code col colgroup command datalist dd del details dfn dir div dl dt em fieldset figcaption figure font footer "
    "frameset h1 h2 h3 h4 h5 h6 header hgroup hr i img ins isindex kbd keygen label legend li main map mark math menu "
    "meter nav ol optgroup option output p pre progress q rp rt ruby s samp section small source span strike strong "
    "sub summary sup svg table tbody td tfoot th thead time tr track tt u ul var video wbr"
)
ATTRIBUTES = _words(
    "abbr accept accept-charset accesskey action align alt axis border cellpadding cellspacing char charoff charset "
    "checked cite class clear color cols colspan compact coords datetime dir disabled enctype for frame headers height "
    "href hreflang hspace id ismap label lang longdesc maxlength media method multiple name nohref noshade nowrap "
    "prompt readonly rel rev rows rowspan rules scope selected shape size span src start style summary tabindex target "
    "title type usemap valign value vspace width"
)
# Links whose address Odoo takes away, and what it marks quotes and signatures with.
ADDRESSES, SCRIPT, MARK = ("href", "src"), "javascript:", "data-o-mail-quote"
AROUND = ("span", "div")
# What is left of HTML of which nothing is kept.
NOTHING: list[Part] = [(START, "div"), (END, "div")]


def parts(value: Any) -> list[Part]:
    """The tags and texts of HTML, without the paragraph that Odoo puts around what has none."""
    return _parts(value, cleans=False)


def is_cleaned(sent: str, held: Any) -> bool:
    """Whether a field that Odoo cleans holds what it keeps of HTML; it may put a span or a division around that."""
    made, there = _parts(sent, cleans=True), parts(held)
    return there in (made, *([(START, tag), *made, (END, tag)] for tag in AROUND))


def _parts(value: Any, *, cleans: bool) -> list[Part]:
    if not value:
        return []
    reader = _Reader(cleans=cleans)
    reader.feed(str(value))
    reader.close()
    reader.close_tags()
    texts = (part if part[0] else (TEXT, " ".join(part[1].split())) for part in reader.parts)
    found = [part for part in texts if part != (TEXT, "")]
    if found == NOTHING:
        return []
    alone = found[:1] == [(START, "p")] and found[-1:] == [(END, "p")] and found.count((START, "p")) == 1
    return found[1:-1] if alone else found


class _Reader(HTMLParser):
    """Reads tags and texts; a cleaning one closes what is open, and leaves out what Odoo does."""

    def __init__(self, *, cleans: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.cleans = cleans
        self.parts: list[Part] = []
        self.open: list[str] = []
        self.killed = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if self.cleans:
            if self.killed or tag in KILLED:
                self.killed = self.killed or ("" if tag in VOID else tag)
                return
            if tag not in TAGS:
                return
            while self.open and self.open[-1] in ENDED_BY.get(tag, ()):
                self.handle_endtag(self.open[-1])
            attributes = [(name, _address(name, value)) for name, value in attributes if name in ATTRIBUTES]
            if tag not in VOID:
                self.open.append(tag)
        kept = (f"{name}={value}" for name, value in sorted(attributes, key=str) if not name.startswith(MARK))
        self.parts.append((START, tag, *kept))

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        # <br/> is <br>.
        self.handle_starttag(tag, attributes)

    def handle_endtag(self, tag: str) -> None:
        if not self.cleans:
            self.parts.append((END, tag))
        elif self.killed:
            self.killed = "" if tag == self.killed else self.killed
        elif tag in self.open:
            while (last := self.open.pop()) != tag:
                self.parts.append((END, last))
            self.parts.append((END, tag))

    def handle_data(self, data: str) -> None:
        if self.killed:
            return
        # What looks like a tag and is none ends a piece of text.
        if self.parts and not self.parts[-1][0]:
            self.parts[-1] = (TEXT, self.parts[-1][1] + data)
        else:
            self.parts.append((TEXT, data))

    def close_tags(self) -> None:
        """Closes what is still open."""
        while self.open:
            self.parts.append((END, self.open.pop()))


def _address(name: str, value: str | None) -> str | None:
    runs = name in ADDRESSES and "".join((value or "").split()).casefold().startswith(SCRIPT)
    return "" if runs else value
