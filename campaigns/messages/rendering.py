"""Markdown in, responsive HTML and plain text out: composed once a message, then filled for each recipient.

Fields travel through Markdown, sanitising and inlining as marks that mean nothing there. What fills them is put in last
and escaped: no client's name is ever read as Markdown or HTML. Links lead through ours when they are given addresses.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape
from pathlib import Path

import css_inline
import nh3
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override
from markdown_it import MarkdownIt
from markdown_it.token import Token

from campaigns.messages.placeholders import ANSWER_LINK, Field, parsed

CSS = (Path(__file__).parent / "mail.css").read_text()
TAGS = {"p", "br", "em", "strong", "a", "ul", "ol", "li", "h1", "h2", "h3", "blockquote", "hr", "code"}
SCHEMES = ("http://", "https://", "mailto:")
# Addresses that stand for those of each recipient, under a name that nobody can own (RFC 2606).
ANSWER, OBJECTION = "https://answer.invalid/", "https://objection.invalid/"
OPEN, CLOSE = "\ue000", "\ue001"  # of a mark, for private use: taken out of what people write
MARK = re.compile(f"{OPEN}([FA])(\\d+){CLOSE}")
HEADING = re.compile(r"<(/?)h[1-3]>")
HREF = re.compile(r'href="([^"]*)"')
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ue000\ue001]")
SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Frame:
    """What stands around every message: who sends it, from where, signed how."""

    sender: str = ""
    postal_address: str = ""
    signature: str = ""
    language: str = "fr"


@dataclass(frozen=True)
class Mail:
    """One message as one person receives it."""

    subject: str
    html: str
    text: str
    content: str = ""  # the body alone, in HTML that a page of ours may hold: only when it is asked for


@dataclass(frozen=True)
class Composed:
    """A message ready to be filled. `links` are the addresses that its body leads to, each once; `is_asking` says that
    it holds the link to an answer."""

    subject: str
    html: str
    text: str
    content: str
    fields: tuple[Field, ...]
    links: tuple[str, ...]
    is_asking: bool

    def filled(
        self,
        values: Mapping[str, str],
        *,
        objection: str,
        answer: str = "",
        tracked: Mapping[str, str],
        with_content: bool = False,
    ) -> Mail:
        """The message for one recipient; `tracked` gives the address that stands for each of `links`."""
        ours = {OBJECTION: objection, ANSWER: answer}
        words = [SPACES.sub(" ", CONTROL.sub("", field.filled(values))).strip() for field in self.fields]
        addresses = [ours.get(link) or tracked.get(link, link) for link in (*self.links, ANSWER, OBJECTION)]
        safe_words, safe_addresses = [escape(word) for word in words], [escape(address) for address in addresses]
        return Mail(
            subject=_filled(self.subject, words, addresses),
            html=_filled(self.html, safe_words, safe_addresses),
            text=_filled(self.text, words, addresses),
            content=_filled(self.content, safe_words, safe_addresses) if with_content else "",
        )


@lru_cache(maxsize=256)
def compose(subject: str, body: str, frame: Frame = Frame()) -> Composed:
    """The message, ready to be filled. Raises ValidationError for a field unknown, or a link that may lead anywhere."""
    fields: list[Field] = []
    marked_subject = _marked(SPACES.sub(" ", subject), fields)
    with override(frame.language):
        answer = _("Répondre")
    tokens = _markdown().parse(_marked(body, fields, answer=answer))
    content: str = nh3.clean(
        _markdown().renderer.render(tokens, _markdown().options, {}),
        tags=TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"}, link_rel=None,
    )  # fmt: skip
    links = _checked(_addresses(tokens))
    with override(frame.language):
        around = vars(frame) | {"objection": OBJECTION, "stop": _("Ne plus recevoir ces messages")}
        html: str = render_to_string("campaigns/mail/frame.html", around | {"content": content})
        text: str = render_to_string("campaigns/mail/frame.txt", around | {"content": _plain(tokens)})
    html = css_inline.CSSInliner(extra_css=CSS, load_remote_stylesheets=False).inline(html)
    places = [*links, ANSWER, OBJECTION]
    html, content = (
        HREF.sub(lambda found: f'href="{_place(unescape(found[1]), places)}"', one) for one in (html, content)
    )
    content = HEADING.sub(r"<\1h4>", content)  # under the headings of the page that shows it
    for link in sorted(places, key=len, reverse=True):
        text = text.replace(f"<{link}>", _place(link, places))
    text = text.replace(OBJECTION, _place(OBJECTION, places))
    is_asking = ANSWER in _addresses(tokens)
    return Composed(marked_subject, html, text.strip() + "\n", content, tuple(fields), tuple(links), is_asking)


def _marked(text: str, fields: list[Field], *, answer: str = "") -> str:
    """The text with a mark for each field, those found being added to `fields`; `answer` is what its link reads."""
    made = ""
    for part in parsed(CONTROL.sub("", text)):
        if isinstance(part, str):
            made += part
        elif part.name == ANSWER_LINK:
            made += ANSWER if made.endswith("](") or not answer else f"[{answer}]({ANSWER})"
        else:
            made += f"{OPEN}F{len(fields)}{CLOSE}"
            fields.append(part)
    return made


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    """CommonMark without HTML nor images: nothing is fetched by who reads."""
    return MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(["image", "html_inline", "html_block"])


def _addresses(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "link_open":
            yield str(token.attrs.get("href", ""))
        yield from _addresses(token.children or [])


def _checked(addresses: Iterable[str]) -> list[str]:
    """The addresses to lead through ours, each once. Raises ValidationError for one not fixed, or not of the web."""
    found = []
    for address in addresses:
        if "%EE%80%80" in address or OPEN in address:
            raise ValidationError(
                _("Un champ ne peut pas se trouver dans l’adresse d’un lien, sauf {lien_reponse} seul.")
            )
        if not address.startswith(SCHEMES):
            raise ValidationError(
                _("L’adresse « %(address)s » n’est pas complète : commencez-la par https://."),
                params={"address": address[:80]},
            )
        if address != ANSWER and not address.startswith("mailto:"):
            found.append(address)
    return list(dict.fromkeys(found))


def _place(address: str, places: list[str]) -> str:
    """The mark of an address that changes with the recipient; the address itself when it does not."""
    return f"{OPEN}A{places.index(address)}{CLOSE}" if address in places else escape(address)


def _filled(text: str, words: list[str], addresses: list[str]) -> str:
    return MARK.sub(lambda found: (words if found[1] == "F" else addresses)[int(found[2])], text)


def _plain(tokens: list[Token]) -> str:
    """The same message without any HTML: a line of a list begins with a dash, a link is followed by its address."""
    blocks, prefix, numbers, is_listed, is_tight = [], "", [], False, False
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            numbers.append(1 if token.type == "ordered_list_open" else 0)
            is_listed = False
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            numbers.pop()
        elif token.type == "list_item_open":
            is_tight, is_listed = is_listed, True
            prefix = f"{numbers[-1]}. " if numbers[-1] else "- "
            numbers[-1] += bool(numbers[-1])
        elif token.type == "blockquote_open":
            prefix = "> "
        elif token.type == "inline":
            blocks.append(("\n" if is_tight else "\n\n") + prefix + _inline(token.children or []))
            prefix, is_tight = "", False
    return "".join(blocks).strip()


def _inline(tokens: list[Token]) -> str:
    written, opened = "", []
    for token in tokens:
        if token.type in ("text", "code_inline"):
            written += token.content
        elif token.type in ("softbreak", "hardbreak"):
            written += "\n"
        elif token.type == "link_open":
            opened.append((str(token.attrs.get("href", "")), len(written)))
        elif token.type == "link_close":
            address, start = opened.pop()
            is_bare = written[start:] == address
            written = written[:start] + (f"<{address}>" if is_bare else f"{written[start:]} : <{address}>")
    return written
