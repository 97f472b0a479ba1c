"""The form of step 2: what each column of a table is, and what its values leave in doubt."""

from decimal import Decimal, InvalidOperation

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.imports.guess import IGNORED, RECOGNISED, Column, TableGuess
from clients.imports.plan import DAY_FIRST, MONTH_FIRST, TablePlan
from clients.imports.shapes import named_headings
from clients.imports.values import day

FIELD_GROUPS = [
    (
        gettext_lazy("L’essentiel"),
        [
            ("client", gettext_lazy("Client (nom)")),
            ("date", gettext_lazy("Date de facture")),
            ("amount", gettext_lazy("Montant HT de la facture")),
            ("line_amount", gettext_lazy("Montant HT de la ligne")),
            ("amount_any", gettext_lazy("Montant, HT ou TTC à préciser")),
            ("amount_with_vat", gettext_lazy("Montant TTC")),
            ("number", gettext_lazy("Numéro de facture")),
        ],
    ),
    (
        gettext_lazy("La facture"),
        [
            ("vat", gettext_lazy("Montant de TVA")),
            ("vat_rate", gettext_lazy("Taux de TVA")),
            ("quantity", gettext_lazy("Quantité")),
            ("unit_price", gettext_lazy("Prix unitaire HT")),
            ("service", gettext_lazy("Service ou produit")),
            ("service_code", gettext_lazy("Code du service")),
            ("family", gettext_lazy("Famille de services")),
            ("label", gettext_lazy("Libellé")),
            ("kind", gettext_lazy("Type (facture, avoir, acompte)")),
            ("status", gettext_lazy("Statut")),
            ("payment_status", gettext_lazy("État du paiement")),
            ("due", gettext_lazy("Échéance")),
            ("paid", gettext_lazy("Payée le")),
            ("currency", gettext_lazy("Devise")),
            ("origin", gettext_lazy("Facture d’origine")),
            ("refunded", gettext_lazy("Montant remboursé TTC")),
            ("cancelled_on", gettext_lazy("Annulée le")),
        ],
    ),
    (
        gettext_lazy("Le client"),
        [
            ("person", gettext_lazy("Nom de la personne, sans société")),
            ("client_code", gettext_lazy("Code client")),
            ("account", gettext_lazy("Compte auxiliaire")),
            ("siren", "SIREN"),
            ("siret", "SIRET"),
            ("vat_number", gettext_lazy("N° de TVA")),
            ("email", gettext_lazy("E-mail")),
            ("phone", gettext_lazy("Téléphone")),
            ("address", gettext_lazy("Adresse")),
            ("postcode", gettext_lazy("Code postal")),
            ("city", gettext_lazy("Ville")),
            ("naf_code", gettext_lazy("Code NAF (APE)")),
            ("owner", gettext_lazy("Commercial ou responsable")),
        ],
    ),
]
LABELS = {name: label for _group, fields in FIELD_GROUPS for name, label in fields}
WHO = {"client", "client_code", "account", "siret", "vat_number", "email"}
HOW_MUCH = {"amount", "line_amount", "amount_any", "amount_with_vat", "unit_price"}
RATES = [("20", "20 %"), ("10", "10 %"), ("5.5", "5,5 %"), ("2.1", "2,1 %"), ("0", gettext_lazy("0 % : pas de TVA"))]


class ColumnsForm(forms.Form):
    """One table: a choice for each column, then the questions that the values leave open."""

    def __init__(self, *args, guess: TableGuess, table: TablePlan | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.guess, self.table = guess, table or TablePlan(**guess.options)
        self.names = named_headings([column.heading for column in guess.columns])
        for place, column in enumerate(guess.columns):
            self.fields[f"column-{place}"] = self._choice(place, column)
        for name, places in guess.contested.items():
            self.fields[f"which-{name}"] = self._contest(name, places)
        self._ask_formats()
        self.fields["name"] = forms.CharField(
            label=_("Nom de cette correspondance"), max_length=120, required=False,
            help_text=_("Même sans nom, elle sert la prochaine fois que vous importez un tableau comme celui-ci."),
        )  # fmt: skip
        self.fields["is_shared"] = forms.BooleanField(label=_("Elle sert aussi à mes collègues"), required=False)

    @property
    def columns(self):
        """(column, its field) in the order of the file."""
        return [(column, self[f"column-{place}"]) for place, column in enumerate(self.guess.columns)]

    @property
    def questions(self):
        """The fields to answer besides the columns."""
        asked = ("which-", "date_order", "decimal", "vat_rate", "with_vat")
        return [self[name] for name in self.fields if name.startswith(asked)]

    @property
    def recognised(self) -> int:
        return sum(column.state == RECOGNISED for column in self.guess.columns)

    def clean(self):
        cleaned = super().clean()
        self._take_contested(cleaned)
        chosen: dict[str, int] = {}
        for place, _column in enumerate(self.guess.columns):
            name = cleaned.get(f"column-{place}")
            if name and name in chosen:
                message = _("Deux colonnes pour « %(field)s » : gardez-en une, et laissez l’autre de côté.")
                self.add_error(f"column-{place}", message % {"field": LABELS[name]})
            elif name:
                chosen[name] = place
        self._require(set(chosen), cleaned)
        cleaned["columns"] = {name: self.names[place] for name, place in chosen.items()}
        return cleaned

    def plan(self) -> TablePlan:
        """How to read this table, as just decided. Only for a valid form."""
        cleaned = self.cleaned_data
        rate = cleaned.get("vat_rate") or ""
        return TablePlan(
            columns=cleaned["columns"],
            date_order=cleaned.get("date_order") or "",
            decimal=cleaned.get("decimal") or "",
            vat_rate=rate,
            with_vat=cleaned.get("with_vat") == "ttc",
            header=self.table.header,
            statuses=self.table.statuses,
        )

    def _choice(self, place: int, column: Column) -> forms.ChoiceField:
        choices = [("", _("Ne pas importer")), *FIELD_GROUPS]
        label = column.heading or _("Colonne %(number)s, sans titre") % {"number": place + 1}
        is_contested = any(place in places for places in self.guess.contested.values())
        initial = "" if is_contested else column.field
        return forms.ChoiceField(label=label, choices=choices, required=False, initial=initial)

    def _contest(self, name: str, places: list[int]) -> forms.ChoiceField:
        choices = [
            (str(place), f"{self.guess.columns[place].heading} ({', '.join(self.guess.columns[place].samples)})")
            for place in places
        ]
        return forms.ChoiceField(
            label=_("Quelle colonne est « %(field)s » ?") % {"field": LABELS[name]},
            choices=choices,
            widget=forms.RadioSelect,
            error_messages={"required": _("Plusieurs colonnes conviennent : choisissez-en une.")},
        )

    def _ask_formats(self) -> None:
        doubtful = [column for column in self.guess.columns if column.dates == "?"]
        if doubtful:
            example = doubtful[0].dates_example
            choices = [
                (order, f"{example} = {date_format(found, 'j F Y')}")
                for order, found in ((DAY_FIRST, _read(example, False)), (MONTH_FIRST, _read(example, True)))
                if found
            ]
            self.fields["date_order"] = forms.ChoiceField(
                label=_("Rien dans la colonne « %(column)s » ne dit si le jour vient avant le mois. Comment la lire ?")
                % {"column": doubtful[0].heading},
                choices=choices,
                widget=forms.RadioSelect,
                initial=self.table.date_order,
                error_messages={"required": _("Choisissez comment lire les dates.")},
            )
        marks = [column for column in self.guess.columns if column.amounts == "?" and column.field in HOW_MUCH]
        if marks:
            self._ask_decimal(marks[0])
        fields = {column.field for column in self.guess.columns}
        if "amount_any" in fields:
            self._ask_vat()
        if not fields & {"amount", "line_amount", "vat", "vat_rate", "unit_price"}:
            self._ask_rate()

    def _ask_decimal(self, column: Column) -> None:
        example = column.amounts_example
        whole = example.replace(",", "").replace(".", "")
        self.fields["decimal"] = forms.ChoiceField(
            label=_("« %(text)s », dans la colonne « %(column)s » : que vaut ce montant ?")
            % {"text": example, "column": column.heading},
            choices=[
                ("," if "." in example else ".", _("%(amount)s euros, sans centimes") % {"amount": whole}),
                ("." if "." in example else ",", _("un nombre à trois décimales")),
            ],
            widget=forms.RadioSelect,
            initial=self.table.decimal,
            error_messages={"required": _("Choisissez comment lire les montants.")},
        )

    def _ask_vat(self) -> None:
        self.fields["with_vat"] = forms.ChoiceField(
            label=_("Le montant est-il hors taxes ?"),
            choices=[("ht", _("Oui, hors taxes")), ("ttc", _("Non, toutes taxes comprises"))],
            widget=forms.RadioSelect,
            initial="ttc" if self.table.with_vat else "ht",
        )

    def _ask_rate(self) -> None:
        self.fields["vat_rate"] = forms.ChoiceField(
            label=_("Si les montants sont TTC, quel taux de TVA en retirer ?"),
            choices=[("", _("Les montants sont hors taxes")), *RATES],
            required=False,
            initial=self.table.vat_rate,
            help_text=_("Tout se calcule hors taxes. Le même taux sert à toutes les lignes."),
        )

    def _take_contested(self, cleaned: dict) -> None:
        """Give the field that several columns could be to the one that was chosen."""
        for name, places in self.guess.contested.items():
            chosen = cleaned.get(f"which-{name}")
            if chosen is not None and not any(cleaned.get(f"column-{place}") == name for place in places):
                cleaned[f"column-{chosen}"] = name

    def _require(self, chosen: set[str], cleaned: dict) -> None:
        """Refuse a table without client, date or amount, in words that say what to choose."""
        if not chosen & WHO:
            self.add_error(None, ValidationError(_("Dites quelle colonne est le client.")))
        if "date" not in chosen:
            self.add_error(None, ValidationError(_("Dites quelle colonne est la date de facture.")))
        if not chosen & HOW_MUCH:
            self.add_error(None, ValidationError(_("Dites quelle colonne est le montant.")))
        elif not chosen & {"amount", "line_amount", "amount_any", "vat", "vat_rate", "unit_price"}:
            _require_rate(self, cleaned, _("Ce tableau n’a que des montants TTC : dites quel taux de TVA en retirer."))
        elif cleaned.get("with_vat") == "ttc" and not chosen & {"amount", "line_amount"}:
            _require_rate(self, cleaned, _("Les montants sont TTC : dites quel taux de TVA en retirer."))


def _require_rate(form: ColumnsForm, cleaned: dict, message: str) -> None:
    if "vat_rate" not in form.fields:
        form._ask_rate()  # noqa: SLF001 - the question appears with the answer that needs it
    rate = cleaned.get("vat_rate") or form.data.get(form.add_prefix("vat_rate"), "")
    try:
        is_rate = 0 <= Decimal(rate) < 100
    except InvalidOperation:
        is_rate = False
    if is_rate:
        cleaned["vat_rate"] = rate
    else:
        form.add_error("vat_rate", message)


def _read(text: str, is_month_first: bool):
    try:
        return day(text, is_month_first)
    except ValueError:
        return None


def state_of(column: Column, chosen: str) -> str:
    """How sure a column is: as guessed while nobody changed it."""
    if not chosen:
        return IGNORED
    return column.state if chosen == column.field else RECOGNISED
