"""The form of step 3: problems found while checking, grouped by repair, each fixed once for all the rows it touches."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

from django import forms
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from clients.folding import fold
from clients.imports.findings import label_of
from clients.imports.plan import DAY_FIRST, MONTH_FIRST, Plan, TablePlan
from clients.imports.values import cents, day
from clients.likeness import Why
from clients.models import Import, ImportFinding, Invoice, Service

SAME, DIFFERENT, LATER = "same", "different", ""
MOST_VALUES = 400
STATUSES = [Invoice.Status.ISSUED, Invoice.Status.PAID, Invoice.Status.DRAFT, Invoice.Status.CANCELLED]


@dataclass
class Problem:
    """One group of problems with the fields that repair it. `details` are shown beside each field, in order."""

    title: str
    text: str
    names: list[str]
    is_error: bool = False
    is_open: bool = True
    kind: str = "choices"
    details: list = field(default_factory=list)


class RepairsForm(forms.Form):
    """What can be repaired of an import that was checked; its answers make the next plan."""

    def __init__(self, *args, batch: Import, **kwargs):
        super().__init__(*args, **kwargs)
        self.batch = batch
        self.plan = Plan.read(batch.plan)
        self.asked = batch.learned.get("questions", {})
        self.shapes = {file: table["shape"] for table in batch.learned.get("tables", []) for file in table["files"]}
        self.problems: list[Problem] = []
        self.decisions: dict[str, Callable] = {}
        self._formats()
        self._cancellations()
        self._pairs()
        self._modes()
        self._services()
        self._words()
        self._duplicates()

    def groups(self):
        """(problem, its bound fields with their details), errors first."""
        ordered = sorted(self.problems, key=lambda problem: not problem.is_error)
        return [(one, [(self[name], detail) for name, detail in zip(one.names, self._details(one), strict=True)])
                for one in ordered]  # fmt: skip

    def decided(self) -> Plan:
        """The plan with these answers. Only for a valid form."""
        answers = self.cleaned_data
        for name, decide in self.decisions.items():
            if answers.get(name) not in (None, "", False):
                decide(answers[name])
        return self.plan

    # --- What is wrong in cells -------------------------------------------------------------------

    def _add(self, name: str, made: forms.Field, decide: Callable) -> str:
        self.fields[name] = made
        self.decisions[name] = decide
        return name

    def _details(self, problem: Problem) -> list:
        return problem.details or [None] * len(problem.names)

    def _table(self, shape: str) -> TablePlan:
        return self.plan.tables.setdefault(shape, TablePlan())

    def _formats(self) -> None:
        """Dates and amounts that cannot be read, by column: another way to read the whole of it."""
        groups: dict[tuple[str, str, str], list[ImportFinding]] = defaultdict(list)
        errors = self.batch.findings.filter(reason__in=["unreadable-date", "unreadable-amount"], severity="error")
        for finding in errors.order_by("id")[:10_000]:
            groups[finding.reason, self.shapes.get(finding.file, ""), finding.column].append(finding)
        for number, ((reason, shape, column), found) in enumerate(groups.items()):
            if not shape:
                continue
            values = [finding.value for finding in found[:MOST_VALUES]]
            is_date = reason == "unreadable-date"
            choices = _date_choices(values) if is_date else _mark_choices(values)
            if choices:
                self._ask_format(number, reason, shape, column, found, choices)

    def _ask_format(self, number, reason, shape, column, found, choices) -> None:
        attribute = "date_order" if reason == "unreadable-date" else "decimal"
        name = self._add(
            f"format-{number}",
            forms.ChoiceField(
                label=_("Lire la colonne ainsi"), required=False, widget=forms.RadioSelect,
                choices=[("", _("Comme maintenant")), *choices], initial="",
            ),
            partial(self._take_format, shape, attribute),
        )  # fmt: skip
        title = _("%(reason)s en colonne « %(column)s » : %(count)s lignes") % {
            "reason": label_of(reason), "column": column, "count": len(found),
        }  # fmt: skip
        samples = ", ".join(f"« {finding.value} »" for finding in found[:3])
        self.problems.append(Problem(title, _("Par exemple %(samples)s.") % {"samples": samples}, [name], True))

    def _cancellations(self) -> None:
        if not self.asked.get("cancelled"):
            return
        name = self._add(
            "confirmed",
            forms.BooleanField(label=_("Oui, ces factures n’existent plus"), required=False),
            lambda _v: None,
        )
        text = _(
            "%(cancelled)s factures sur %(covered)s déjà importées pour ces journaux et ces dates ne sont plus dans le "
            "fichier : elles seraient annulées. Le fichier est peut-être partiel, ou d’une autre entreprise."
        )
        self.problems.append(Problem(_("Des factures disparaissent"), text % self.asked, [name], True))

    # --- Who is whom ------------------------------------------------------------------------------

    def _pairs(self) -> None:
        names, details = [], []
        for number, pair in enumerate(self.asked.get("pairs", [])):
            made = forms.ChoiceField(
                label=_("%(a)s et %(b)s") % {"a": pair["a"]["name"], "b": pair["b"]["name"]},
                choices=[(SAME, _("C’est le même client")), (DIFFERENT, _("Deux clients")), (LATER, _("Plus tard"))],
                widget=forms.RadioSelect,
                required=False,
                initial=LATER,
            )
            names.append(self._add(f"pair-{number}", made, partial(self._judge, pair)))
            details.append(_sides(pair))
        if names:
            title = ngettext("%(n)s client en double probable", "%(n)s clients en double probable", len(names))
            text = _("Comparez et décidez une fois : la réponse est gardée pour les imports suivants.")
            self.problems.append(Problem(title % {"n": len(names)}, text, names, kind="pairs", details=details))

    def _judge(self, pair: dict, verdict: str) -> None:
        if verdict == SAME:
            self.plan.same[pair["a"]["key"]] = pair["b"]["key"]
        elif verdict == DIFFERENT and pair["names"] not in self.plan.different:
            self.plan.different.append(pair["names"])

    def _modes(self) -> None:
        """Payment modes that are clients after all; large clients that are none."""
        modes = self.batch.findings.filter(reason="payment-mode").order_by("id")[:50]
        names = []
        for number, mode in enumerate(modes):
            label = f"{mode.label} · {_documents(mode.count)} · {_euros(int(mode.amount_ht * 100))}"
            names.append(self._tick(f"somebody-{number}", label, self.plan.somebodies, fold(_name_of(mode))))
        if names:
            text = _(
                "Ils portent le nom d’un mode de paiement ou d’un compte divers. Cochez ceux qui sont des clients."
            )
            self.problems.append(Problem(_("Écartés : ce ne sont pas des clients"), text, names, kind="ticks"))
        names = []
        for number, one in enumerate(self.asked.get("largest", [])):
            label = f"{one['name']} · {_documents(one['documents'])} · {_euros(one['cents'])}"
            names.append(self._tick(f"nobody-{number}", label, self.plan.nobodies, fold(one["name"])))
        if names:
            text = _("Cochez ce qui est un mode de paiement, une caisse ou un compte divers : il sera écarté.")
            title = _("Les plus gros clients du fichier en sont-ils tous ?")
            self.problems.append(Problem(title, text, names, kind="ticks", is_open=False))

    def _tick(self, name: str, label: str, ticked: list[str], value: str) -> str:
        """A box that adds this value to that list of the plan."""
        return self._add(name, forms.BooleanField(label=label, required=False), partial(_take, ticked, value))

    def _take_service(self, name: str, service: str) -> None:
        self.plan.services[name] = int(service)

    def _take_owner(self, name: str, person: str) -> None:
        self.plan.owners[name] = int(person)

    def _take_status(self, shape: str, word: str, status: str) -> None:
        self._table(shape).statuses[word] = status

    def _take_format(self, shape: str, attribute: str, value: str) -> None:
        setattr(self._table(shape), attribute, value)

    # --- Words that nobody knows ------------------------------------------------------------------

    def _services(self) -> None:
        unknown = self.asked.get("services", [])
        if not unknown:
            return
        known = [(str(pk), name) for pk, name in Service.objects.values_list("pk", "name")[:1000]]
        choices = [("", _("C’est un nouveau service")), (_("Le même que"), known)]
        names = []
        for number, service in enumerate(unknown):
            made = forms.ChoiceField(label=service["label"], choices=choices, required=False)
            names.append(self._add(f"service-{number}", made, partial(self._take_service, service["name"])))
        title = ngettext("%(n)s service inconnu", "%(n)s services inconnus", len(names)) % {"n": len(names)}
        text = _("Ils seront ajoutés à votre catalogue, sauf si vous dites à quel service ils correspondent.")
        self.problems.append(Problem(title, text, names, is_open=len(names) <= 12))

    def _words(self) -> None:
        """Statuses and salespeople that the files name and nobody knows."""
        names = []
        for number, finding in enumerate(self.batch.findings.filter(reason="unknown-status").exclude(value="")[:20]):
            shape = self.shapes.get(finding.file)
            if not shape:
                continue
            choices = [("", _("Facture émise")), *((status.value, status.label) for status in STATUSES[1:])]
            made = forms.ChoiceField(label=f"« {finding.value} » ({finding.count})", choices=choices, required=False)
            decide = partial(self._take_status, shape, fold(finding.value))
            names.append(self._add(f"status-{number}", made, decide))
        if names:
            self.problems.append(Problem(_("Statuts inconnus"), _("Que veulent-ils dire ?"), names))
        people = [(str(person.pk), person.get_full_name()) for person in User.objects.active()]
        names = []
        for number, finding in enumerate(self.batch.findings.filter(reason="unknown-owner")[:30]):
            choices = [("", _("Personne ici : à répartir plus tard")), *people]
            made = forms.ChoiceField(label=f"« {finding.label} » ({finding.count})", choices=choices, required=False)
            names.append(self._add(f"owner-{number}", made, partial(self._take_owner, fold(finding.label))))
        if names:
            text = _("Le fichier confie des clients à ces personnes. Qui sont-elles ?")
            self.problems.append(Problem(_("Commerciaux inconnus"), text, names))

    def _duplicates(self) -> None:
        names = []
        for number, document in enumerate(self.asked.get("duplicates", [])):
            label = f"{document['label']} · {_euros(document['cents'])}"
            names.append(self._tick(f"kept-{number}", label, self.plan.kept, document["identity"]))
        if names:
            text = _(
                "Une autre source a déjà ce client, cette date et ce montant : elles sont écartées. Cochez celles qui "
                "sont bien d’autres factures."
            )
            self.problems.append(Problem(_("Doublons probables"), text, names, kind="ticks", is_open=False))


def _sides(pair: dict) -> dict:
    """A pair as it is shown: its two sides with their euros, and in what they are alike."""
    sides = [{**pair[side], "euros": Decimal(pair[side]["cents"]).scaleb(-2)} for side in ("a", "b")]
    return {"sides": sides, "reason": Why(pair["why"]).label}


def _take(ticked: list[str], value: str, _is_ticked: bool) -> None:
    if value not in ticked:
        ticked.append(value)


def _name_of(mode: ImportFinding) -> str:
    """The name of a payment mode told as "code — name"."""
    return mode.label.split(" — ")[-1]


def _euros(amount: int) -> str:
    return f"{number_format(Decimal(amount).scaleb(-2), 2)} €"


def _documents(documents: int) -> str:
    """A number of documents in words."""
    return ngettext("%(n)s document", "%(n)s documents", documents) % {"n": documents}


def _date_choices(values: list[str]) -> list[tuple[str, str]]:
    """The orders of day and month that read some of these values, with how many and an example."""
    choices = []
    for order, label in ((DAY_FIRST, _("jour, mois, année")), (MONTH_FIRST, _("mois, jour, année"))):
        read = [(value, found) for value in values if (found := _day(value, order == MONTH_FIRST))]
        if read:
            value, found = read[0]
            example = f"{value} = {date_format(found, 'j F Y')}"
            choices.append((order, _("%(label)s : lit %(n)s valeurs sur %(all)s (%(example)s)")
                            % {"label": label, "n": len(read), "all": len(values), "example": example}))  # fmt: skip
    return choices


def _mark_choices(values: list[str]) -> list[tuple[str, str]]:
    choices = []
    for mark, thousands, label in ((",", ".", _("virgule décimale")), (".", ",", _("point décimal"))):
        read = [value for value in values if _is_amount(value, mark, thousands)]
        if read:
            said = {"label": label, "n": len(read), "all": len(values)}
            choices.append((mark, _("%(label)s : lit %(n)s valeurs sur %(all)s") % said))
    return choices


def _day(text: str, is_month_first: bool):
    try:
        return day(text, is_month_first)
    except ValueError:
        return None


def _is_amount(text: str, mark: str, thousands: str) -> bool:
    try:
        return cents(text, mark, thousands) is not None
    except ValueError:
        return False
