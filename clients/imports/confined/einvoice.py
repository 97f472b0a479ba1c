"""What one electronic invoice says, in the terms of EN 16931: a Factur-X PDF, a CII or a UBL XML.

Request: {"open": path, "is_pdf": whether} gives {"format", "root", "terms"}. Amounts stay as they are written.
"""

import logging
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import facturx
from lxml import etree
from pypdf.errors import DependencyError, FileNotDecryptedError

from clients.imports.confined.limits import RefusalError, converse

MOST_PDF_BYTES, MOST_XML_BYTES = 60 * 2**20, 60 * 2**20
MOST_LINES = 20_000
ROOTS = {"CrossIndustryInvoice": "cii", "Invoice": "ubl", "CreditNote": "ubl"}
OTHERS = {"CrossIndustryDocument": "zugferd", "SCRDMCCBDACIOMessageStructure": "order-x"}
NAMESPACES = {
    "cii": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:",
    "ubl": "urn:oasis:names:specification:ubl:schema:xsd:",
}
ATTACHED = ("EmbeddedDocumentBinaryObject", "AttachmentBinaryObject")
DAYS = {"cii": ("%Y%m%d", ("DateTimeString", "DateString")), "ubl": ("%Y-%m-%d", ("Date",))}
WANTED = (
    "BT-1", "BT-2", "BT-3", "BT-5", "BT-9", "BT-106", "BT-107", "BT-108", "BT-109", "BT-110", "BT-112", "BT-113",
    "BT-115", "BG-3", "BG-4", "BG-7", "BG-20", "BG-21", "BG-25",
)  # fmt: skip


def answer(request: dict) -> dict:
    path = Path(request["open"])
    size = path.stat().st_size
    if size > (MOST_PDF_BYTES if request["is_pdf"] else MOST_XML_BYTES):
        raise RefusalError("too-big")
    content = path.read_bytes()
    root = _root(_attached(content) if request["is_pdf"] else content)
    name = etree.QName(root).localname
    syntax = _syntax(root, name)
    days = _unreadable_days(root, syntax)
    return {
        "format": "facturx" if request["is_pdf"] else syntax,
        "root": name,
        "unreadable_days": days,
        "terms": _terms(root, syntax, name),
    }


def _attached(content: bytes) -> bytes:
    """The XML of a PDF. Refused when it holds none, or cannot be opened."""
    try:
        found = facturx.get_xml_from_pdf(content, check_xsd=False)[1]
    except (DependencyError, FileNotDecryptedError):
        raise RefusalError("password") from None
    except MemoryError:
        raise
    except Exception:  # the reader of PDF raises whatever a broken file makes it raise
        raise RefusalError("truncated") from None
    if not found:
        raise RefusalError("no-xml")
    return bytes(found)


def _root(content: bytes) -> Any:
    """The root of an XML without document type: invoices have none, and every trick of entities needs one."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", None)
        raise RefusalError("broken-xml", line=line) from None
    if root.getroottree().docinfo.doctype:
        raise RefusalError("doctype")
    return root


def _syntax(root: Any, name: str) -> str:
    if name in OTHERS:
        raise RefusalError(OTHERS[name])
    syntax = ROOTS.get(name, "")
    if not syntax or not (etree.QName(root).namespace or "").startswith(NAMESPACES[syntax]):
        raise RefusalError("other-xml")
    return syntax


def _unreadable_days(root: Any, syntax: str) -> dict[str, str]:
    """Days that are none, taken out so that the rest can be read; those of the invoice itself are told apart."""
    form, names = DAYS[syntax]
    found = {}
    for element in root.iter(etree.Element):
        name = etree.QName(element).localname
        if name in ATTACHED:
            element.text = None  # a copy of the paper, sometimes of many megabytes
        if not name.endswith(names):
            continue
        text = (element.text or "").strip()
        text = re.sub(r"(Z|[+-]\d\d:\d\d)$", "", text) if syntax == "ubl" else text
        try:
            datetime.strptime(text, form)  # noqa: DTZ007 - a day, not a moment
            element.text = text
        except ValueError:
            if text:
                found[_place(element)] = text[:60]
            element.text = None
    return found


def _place(element: Any) -> str:
    """`issued` for the day of the invoice, `other` for any other day."""
    above = [etree.QName(parent).localname for parent in element.iterancestors()]
    own = etree.QName(element).localname
    is_issued = above[:1] == ["IssueDateTime"] and above[1:2] == ["ExchangedDocument"]
    return "issued" if is_issued or (own == "IssueDate" and len(above) == 1) else "other"


def _terms(root: Any, syntax: str, name: str) -> dict:
    flavor = "factur-x" if syntax == "cii" else f"ubl-2.1-{name.lower()}"
    try:
        terms = facturx.parse_ubl_cii_xml(
            root, flavor=flavor, level="extended", float_as="string", date_as="string", bytes_as="string",
            check_xsd=False,
        )  # fmt: skip
    except MemoryError:
        raise
    except Exception:  # what the library expects of a document, this one does not have
        raise RefusalError("other-xml") from None
    if len(terms.get("BG-25") or ()) > MOST_LINES:
        raise RefusalError("too-big")
    return {term: _plain(terms[term]) for term in WANTED if term in terms}


def _plain(value: Any) -> Any:
    """A value that JSON can write."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if value is None else str(value)[:2_000].replace("\0", "")


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    converse(answer)
