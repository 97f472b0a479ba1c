"""The rules as a form: every setting, in the units that people use (percentages rather than shares)."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.models import Client, Service
from segmentation.drafting import Seen, grid_of
from segmentation.models import Rules, ScoredUnit, ScoringMode, SegmentSlug

AUTOMATIC = ""
WINDOWS = [
    (AUTOMATIC, _("Selon votre historique : 24 mois, ou 12 s’il est plus court")),
    *((months, _("%(months)s mois") % {"months": months}) for months in (3, 6, 12, 24, 36)),
]
LEVELS = (5, 4, 3, 2)
RISING = (2, 3, 4, 5)  # amounts are kept from the least up
HUNDRED = Decimal(100)
SHARES = ("tier_a_share", "tier_b_share", "decline_share", "slowing_share")
NUMBERS = {  # name: least, most, what is asked
    "tier_min_clients": (1, 1000, _("En dessous de ce nombre de clients, il n’y a pas de paliers.")),
    "value_min_clients": (1, 100_000, _("En dessous, la fréquence et le montant sont notés par seuils.")),
    "value_min_distinct": (2, 1000, _("En dessous, trop de clients sont à égalité : notés par seuils.")),
    "new_client_days": (1, 730, _("Depuis le premier achat, ou la date « client depuis » de sa fiche.")),
    "lost_after_months": (1, 120, _("Avant ce délai, un « Perdu » de la grille est rangé dans les Dormants.")),
    "rhythm_min_purchases": (2, 100, _("En dessous, un client n’a pas de rythme habituel.")),
    "rhythm_min_gap_days": (1, 365, _("Qui achète plus souvent est compté à ce rythme.")),
    "service_min_purchases": (2, 100, _("Un service acheté moins souvent ne s’arrête pas.")),
    "service_floor_days": (1, 3650, _("Avant, son silence n’alerte pas.")),
    "slowing_floor": (1, 1000, _("Jours d’achat, au moins, des mêmes six mois un an plus tôt.")),
}
DECIMALS = {
    "rhythm_ratio": (Decimal(1), Decimal(50), _("À risque au-delà de ce multiple de son rythme habituel.")),
    "rhythm_watch_ratio": (Decimal(1), Decimal(50), _("À surveiller à partir de ce multiple, avant d’être à risque.")),
    "service_ratio": (Decimal(1), Decimal(50), _("Arrêté au-delà de ce multiple de son propre rythme.")),
    "decline_floor": (Decimal(0), Decimal(10**9), _("Montant, au moins, des mêmes six mois un an plus tôt.")),
}
PERCENTS = {
    "tier_a_share": _("Les premiers par montant. 20 % par défaut."),
    "tier_b_share": _("Le palier B va du palier A jusqu’ici. 70 % par défaut ; le reste est le palier C."),
    "decline_share": _("Six mois sous cette part des mêmes six mois un an plus tôt."),
    "slowing_share": _("Jours d’achat sous cette part de ceux d’un an plus tôt."),
}
MODES = {"recency": "recency_mode", "frequency": "frequency_mode", "monetary": "monetary_mode"}
THRESHOLDS = {
    "recency": (LEVELS, _("%(level)s/5 jusqu’à, en jours")),
    "frequency": (LEVELS, _("%(level)s/5 à partir de, en jours d’achat")),
    "monetary": (RISING, _("%(level)s/5 au-dessus de, en euros")),
}


class SeenForm(forms.Form):
    """What its author had before their eyes: an act on anything else is refused."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10**9)
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10**9)

    @property
    def seen(self) -> Seen:
        return Seen(self.cleaned_data["version"], self.cleaned_data["revision"])


class MethodForm(SeenForm):
    """A draft of the rules. Its fields bear the names of the settings; thresholds and cells have one field each."""

    scored_by = forms.ChoiceField(label=_("Qui est noté"), choices=ScoredUnit.choices, widget=forms.RadioSelect)
    sets_recurring_aside = forms.BooleanField(
        label=_("Mettre à part les services récurrents"),
        required=False,
        help_text=_("Leurs factures comptent dans les montants et les paliers, mais pas comme des achats."),
    )
    rfm_window_months = forms.TypedChoiceField(
        label=_("Période du comportement"),
        choices=WINDOWS,
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("Les paliers, eux, comptent toujours 12 mois : c’est ce que disent toutes les pages."),
    )
    excluded_kinds = forms.MultipleChoiceField(
        label=_("Natures de clients"), choices=Client.Kind.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    excluded_countries = forms.MultipleChoiceField(label=_("Pays"), required=False, widget=forms.CheckboxSelectMultiple)
    excluded_services = forms.TypedMultipleChoiceField(
        label=_("Services"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Leurs lignes ne comptent nulle part : des débours, par exemple."),
    )

    def __init__(self, *args: Any, rules: Rules, **kwargs: Any) -> None:
        kwargs.setdefault("initial", initial_of(rules))
        super().__init__(*args, **kwargs)
        self._add_numbers()
        self._add_thresholds()
        for r in range(1, 6):
            for fm in range(1, 6):
                self.fields[f"cell_{r}_{fm}"] = forms.ChoiceField(
                    label=_("R %(r)s/5, fréquence et montant %(fm)s/5") % {"r": r, "fm": fm},
                    choices=[choice for choice in SegmentSlug.choices if choice[0] != SegmentSlug.NEW],
                )
        countries = set(Client.objects.order_by().values_list("country", flat=True).distinct())
        known = sorted({*countries, *rules.excluded_countries} - {""})
        self.fields["excluded_countries"].choices = [(code, code) for code in known]
        services = Service.objects.values_list("pk", "name")
        self.fields["excluded_services"].choices = services

    def _add_numbers(self) -> None:
        def label(name: str) -> str:
            words = str(Rules._meta.get_field(name).verbose_name)  # noqa: SLF001 the documented model API
            return words[:1].upper() + words[1:]

        for name, (least, most, asked) in NUMBERS.items():
            self.fields[name] = forms.IntegerField(label=label(name), min_value=least, max_value=most, help_text=asked)
        for name, (least, most, asked) in DECIMALS.items():
            self.fields[name] = _decimal(label(name), least, most, 2, asked)
        for name, asked in PERCENTS.items():
            words = _("%(setting)s, en pour cent") % {"setting": label(name)}
            self.fields[name] = _decimal(words, Decimal("0.01"), Decimal("99.99"), 2, asked)
        self.fields["tier_a_share"].widget.attrs["class"] = "paired"
        self.fields["tier_b_share"].widget.attrs["class"] = "paired"

    def _add_thresholds(self) -> None:
        for dimension, mode in MODES.items():
            words = str(Rules._meta.get_field(mode).verbose_name)  # noqa: SLF001 the documented model API
            self.fields[mode] = forms.ChoiceField(
                label=words[:1].upper() + words[1:], choices=ScoringMode.choices, widget=forms.RadioSelect
            )
            levels, asked = THRESHOLDS[dimension]
            for level in levels:
                name, label = f"{dimension}_{level}", asked % {"level": level}
                if dimension == "monetary":
                    self.fields[name] = _decimal(label, Decimal(0), Decimal(10**11), 2, "", required=False)
                else:
                    self.fields[name] = forms.IntegerField(label=label, min_value=0, max_value=36_500)

    # --- What is asked of several fields together ---

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, second = cleaned.get("tier_a_share"), cleaned.get("tier_b_share")
        if first is not None and second is not None and second <= first:
            self.add_error(
                "tier_b_share", _("Le palier B doit finir après le palier A : choisissez une part plus grande.")
            )
        watch, risk = cleaned.get("rhythm_watch_ratio"), cleaned.get("rhythm_ratio")
        if watch is not None and risk is not None and watch > risk:
            self.add_error("rhythm_watch_ratio", _("On surveille avant d’alerter : choisissez un multiple plus petit."))
        self._clean_order("recency", LEVELS, _("Chaque seuil doit être plus grand que celui du dessus."))
        self._clean_order("frequency", LEVELS[::-1], _("Chaque seuil doit être plus petit que celui du dessus."))
        amounts = [cleaned.get(f"monetary_{level}") for level in RISING]
        if any(amount is not None for amount in amounts) and None in amounts:
            self.add_error("monetary_2", _("Remplissez les quatre montants, ou aucun : ils seront alors calculés."))
        self._clean_order("monetary", RISING, _("Chaque montant doit être plus grand que celui du dessus."))
        return cleaned

    def _clean_order(self, dimension: str, levels: tuple[int, ...], trouble: str) -> None:
        values = [(f"{dimension}_{level}", self.cleaned_data.get(f"{dimension}_{level}")) for level in levels]
        for (_name, before), (name, value) in pairwise(values):
            if before is not None and value is not None and value <= before:
                self.add_error(name, trouble)

    # --- What it says, as the domain takes it ---

    @property
    def values(self) -> dict[str, Any]:
        """The settings that a valid form says."""
        said = self.cleaned_data
        values = {name: said[name] for name in [*PLAIN, *NUMBERS, *DECIMALS]}
        values |= {name: said[name] / HUNDRED for name in SHARES}
        values["recency_thresholds"] = [said[f"recency_{level}"] for level in LEVELS]
        values["frequency_thresholds"] = [said[f"frequency_{level}"] for level in LEVELS]
        amounts = [said[f"monetary_{level}"] for level in RISING]
        values["monetary_thresholds"] = None if None in amounts else amounts
        return values

    @property
    def grid(self) -> dict[tuple[int, int], str]:
        """The segment of each cell that a valid form says."""
        return {(r, fm): self.cleaned_data[f"cell_{r}_{fm}"] for r in range(1, 6) for fm in range(1, 6)}

    # --- Its parts, for the template ---

    @property
    def dimensions(self) -> Iterator[tuple[forms.BoundField, list[forms.BoundField], str]]:
        """The mode of each dimension, its thresholds, and what to know of them."""
        note = _("Laissez vide pour des montants calculés sur vos clients, arrondis.")
        for dimension, mode in MODES.items():
            levels, _asked = THRESHOLDS[dimension]
            fields = [self[f"{dimension}_{level}"] for level in levels]
            yield self[mode], fields, note if dimension == "monetary" else ""

    @property
    def rows(self) -> Iterator[tuple[int, list[forms.BoundField]]]:
        """The grid from R 5 down, each row from FM 1 to 5."""
        for r in range(5, 0, -1):
            yield r, [self[f"cell_{r}_{fm}"] for fm in range(1, 6)]

    @property
    def tiers(self) -> list[forms.BoundField]:
        return [self["tier_a_share"], self["tier_b_share"]]

    @property
    def risk(self) -> list[forms.BoundField]:
        return [self[name] for name in RISK]

    @property
    def segment_settings(self) -> list[forms.BoundField]:
        return [self["new_client_days"], self["lost_after_months"]]

    @property
    def least_numbers(self) -> list[forms.BoundField]:
        return [self[name] for name in ("tier_min_clients", "value_min_clients", "value_min_distinct")]

    @property
    def left_out(self) -> list[forms.BoundField]:
        """What may be excluded at once, but for lists that offer no choice."""
        countries = ["excluded_countries"] if len(self.fields["excluded_countries"].choices) > 1 else []
        services = ["excluded_services"] if self.fields["excluded_services"].choices else []
        return [self[name] for name in ("excluded_kinds", *countries, *services)]


PLAIN = (
    "scored_by",
    "sets_recurring_aside",
    "rfm_window_months",
    "excluded_kinds",
    "excluded_countries",
    "excluded_services",
    *MODES.values(),
)
RISK = (
    "rhythm_ratio",
    "rhythm_watch_ratio",
    "rhythm_min_purchases",
    "rhythm_min_gap_days",
    "decline_share",
    "decline_floor",
    "slowing_share",
    "slowing_floor",
    "service_ratio",
    "service_min_purchases",
    "service_floor_days",
)


class PublishForm(SeenForm):
    """Why these rules, for whoever reads the history."""

    reason = forms.CharField(
        label=_("Pourquoi ce changement ?"),
        max_length=255,
        help_text=_("Une phrase, gardée dans l’historique avec votre nom."),
    )


class ExcludeForm(forms.Form):
    """Why a client is left out."""

    motive = forms.CharField(label=_("Motif"), max_length=160)


def initial_of(rules: Rules) -> dict[str, Any]:
    """What the form shows of these rules."""
    shown = {name: getattr(rules, name) for name in [*PLAIN, *NUMBERS, *DECIMALS]}
    shown |= {name: short(getattr(rules, name) * HUNDRED) for name in SHARES}
    shown |= {name: short(getattr(rules, name)) for name in DECIMALS}
    shown |= {"version": rules.version, "revision": rules.revision}
    for level, days, purchases in zip(LEVELS, rules.recency_thresholds, rules.frequency_thresholds, strict=True):
        shown |= {f"recency_{level}": days, f"frequency_{level}": purchases}
    for level, amount in zip(RISING, rules.monetary_thresholds or [None] * 4, strict=True):
        shown[f"monetary_{level}"] = None if amount is None else short(amount)
    shown |= {f"cell_{r}_{fm}": segment for (r, fm), segment in grid_of(rules).items()}
    return shown


def short(value: Decimal) -> Decimal:
    """The same number without idle zeros: 20 rather than 20.0000."""
    whole = value.to_integral_value()
    return whole if value == whole else value.normalize()


def _decimal(
    label: str, least: Decimal, most: Decimal, places: int, asked: str, *, required: bool = True
) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=least,
        max_value=most,
        max_digits=14,
        decimal_places=places,
        help_text=asked,
        required=required,
        widget=forms.NumberInput(attrs={"step": "any"}),
    )
