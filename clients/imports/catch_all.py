"""Telling a client from a payment mode, a till or a "sundry" account, by the words of its code and label.

Accounting software asks for an auxiliary on every entry; shops answer with CB, ESPECES or CLIENTS DIVERS. None of
these is a client, and together they would look like the best one. A real name that merely contains such a word
(Boulangerie du Passage, Caisse d’Épargne) has other words too, and stays a client.
"""

import re

from clients.folding import fold

# Say it alone, in a code as in a label.
TELLING = frozenset(
    [
        "carte",
        "cartes",
        "cheque",
        "cheques",
        "espece",
        "especes",
        "virement",
        "virements",
        "prelevement",
        "prelevements",
        "prelevt",
        "prelev",
        "prelevts",
        "terminal",
        "tpe",
        "caisse",
        "caisses",
        "recette",
        "recettes",
        "divers",
        "diverse",
        "diverses",
        "comptoir",
        "passage",
        "comptant",
        "particulier",
        "particuliers",
        "paypal",
        "stripe",
        "sumup",
        "zettle",
        "payplug",
        "chq",
        "chqs",
        "chques",
        "prlv",
        "prlvt",
        "cesu",
        "ancv",
        "anonyme",
        "anonymes",
        "mastercard",
        "visa",
        "amex",
        "sundry",
        "misc",
        "miscellaneous",
        "cash",
        "card",
        "cards",
        "cheque",
        "check",
        "checks",
        "transfer",
        "transfers",
        "takings",
        "till",
        "pos",
    ]
)
# Say it in a label; as a code they may be somebody's initials, so there the label must agree.
ABBREVIATIONS = frozenset(
    ["cb", "cbs", "cba", "ch", "chq", "esp", "espc", "vir", "virt", "vrt", "prl", "prel", "tpe", "div", "cpt"]
)
# Mean nothing by themselves: a label made only of these names nobody.
EMPTY_WORDS = frozenset(
    [
        "client",
        "clients",
        "clt",
        "clts",
        "cli",
        "clis",
        "vente",
        "ventes",
        "customer",
        "customers",
        "sales",
        "compte",
        "comptes",
    ]
)
FILLER = frozenset(
    [
        "de",
        "des",
        "du",
        "d",
        "l",
        "au",
        "aux",
        "en",
        "par",
        "pour",
        "et",
        "ou",
        "sur",
        "a",
        "reglement",
        "reglements",
        "rglt",
        "rgt",
        "paiement",
        "paiements",
        "encaissement",
        "encaissements",
        "remise",
        "remises",
        "jour",
        "journalier",
        "journaliere",
        "journalieres",
        "mois",
        "mensuel",
        "mensuelles",
        "sepa",
        "bleue",
        "bleues",
        "bancaire",
        "bancaires",
        "credit",
        "debit",
        "cpte",
        "collectif",
        "collectifs",
        "magasin",
        "boutique",
        "internet",
        "web",
        "site",
        "ligne",
        "ticket",
        "tickets",
        "titre",
        "titres",
        "resto",
        "restaurant",
        "restaurants",
        "vacances",
        "cadeau",
        "cadeaux",
        "paiements",
        "z",
        "autre",
        "autres",
        "direct",
        "of",
        "payment",
        "payments",
        "trade",
        "passing",
        "biens",
        "prestations",
        "services",
        "service",
        "produits",
        "marchandises",
        "france",
        "export",
        "ue",
        "cee",
        "ttc",
        "ht",
        "tva",
        "taux",
        "electronique",
        "electroniques",
        "recu",
        "recus",
        "recue",
        "recues",
        "encaisse",
        "encaisses",
        "encaissee",
        "encaissees",
        "automatique",
        "automatiques",
    ]
)
KNOWN = TELLING | ABBREVIATIONS | EMPTY_WORDS
NUMBER, YEAR = re.compile(r"\d"), re.compile(r"\b(?:19|20)\d\d\b")
CODE_PREFIXES = ("", "c", "cl", "cli", "clt", "client", "clients", "f", "z")


def says_catch_all(code: str, label: str) -> bool:
    """Whether this auxiliary is a payment mode or a catch-all rather than somebody."""
    words = _words(label)
    if words and not _tells(words) and NUMBER.search(YEAR.sub("", label)):
        return False  # "Client 12" is somebody whose name was taken away
    if words and _only_telling(words):
        return True
    if words and not _proper(words):
        return _code_says(code, KNOWN)
    if not words or words == _words(code):
        return _code_says(code, KNOWN)
    return _code_says(code, TELLING) and _code_says(code, TELLING - _stems(words))


def is_collective(account: str, label: str) -> bool:
    """Whether a client account without auxiliary is the collective one (411000, "Clients") rather than a client's."""
    if not account[3:].strip("0"):
        return True
    words = _words(label)
    if not words:
        return len(account.rstrip("0")) <= 4
    return all(word in EMPTY_WORDS or word in FILLER for word in words)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", fold(text))


def _proper(words: list[str]) -> bool:
    return any(word not in TELLING and word not in EMPTY_WORDS and word not in FILLER for word in words)


def _tells(words: list[str]) -> bool:
    return any(word in TELLING or word in ABBREVIATIONS for word in words)


def _only_telling(words: list[str]) -> bool:
    return any(word in KNOWN for word in words) and all(word in KNOWN or word in FILLER for word in words)


def _code_says(code: str, telling: frozenset[str]) -> bool:
    for word in _words(code):
        for prefix in CODE_PREFIXES:
            if word.startswith(prefix) and word[len(prefix) :] in telling:
                return True
    return False


def _stems(words: list[str]) -> frozenset[str]:
    """The telling words that the label itself contains: a code made from a name says nothing of its own."""
    return frozenset(word for word in TELLING if any(part.startswith(word[:4]) for part in words))
