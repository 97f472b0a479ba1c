"""The firm: its name, its words, and the parts of the product it switched on."""

from contextvars import ContextVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _


class Firm(models.Model):
    """The one company that uses this installation: its name, its words, and the parts of the product it switched on."""

    class RevenueWord(models.TextChoices):
        REVENUE = "ca", _("CA")
        FEES = "honoraires", _("Honoraires")

    class OwnerWord(models.TextChoices):
        SALESPERSON = "commercial", pgettext_lazy("who looks after a client", "Commercial")
        IN_CHARGE = "responsable", pgettext_lazy("who looks after a client", "Responsable")

    class Part(models.TextChoices):
        """What a new installation does not show until Direction asks for it."""

        RFM = "rfm", _("Carte RFM et segments")
        MOVEMENTS = "movements", _("Mouvements : qui monte, qui descend, pourquoi")
        TRUST = "trust", _("Fiabilité : la méthode mise à l’épreuve du passé")
        OBJECTIVES = "objectives", _("Objectifs de la Direction")
        TIME = "time", _("Temps passé et rentabilité à l’heure")
        RELATION = "relation", _("Note de relation")
        NEEDS = "needs", _("Besoins et secteurs")
        OPPORTUNITIES = "opportunities", _("Opportunités : quoi proposer à qui")
        TRIGGERS = "triggers", _("Événements et déclencheurs")
        PLAYBOOK = "playbook", _("Playbook : que dire et que proposer à chaque segment")
        CAMPAIGNS = "campaigns", _("Campagnes : le bon message à chaque segment, envoyé et mesuré")
        ALLOCATION = "allocation", _("Temps et budget : où vont les heures et les euros du trimestre")
        PROSPECTS = "prospects", _("Prospects : qui ressemble à vos meilleurs clients")

    ONLY = 1

    name = models.CharField(_("nom de l’entreprise"), max_length=120, blank=True)
    revenue_word = models.CharField(
        _("le chiffre d’affaires s’appelle"),
        max_length=10,
        choices=RevenueWord.choices,
        default=RevenueWord.REVENUE,
    )
    owner_word = models.CharField(
        _("la personne qui suit un client s’appelle"),
        max_length=11,
        choices=OwnerWord.choices,
        default=OwnerWord.SALESPERSON,
    )
    parts = ArrayField(
        models.CharField(max_length=20, choices=Part.choices),
        verbose_name=_("parties affichées"),
        default=list,
        blank=True,
    )
    # Euros HT: what an hour costs, where a person has no cost of their own, and the revenue an hour should bring.
    hourly_cost = models.DecimalField(_("coût d’une heure"), max_digits=7, decimal_places=2, null=True, blank=True)
    hourly_target = models.DecimalField(_("cible à l’heure"), max_digits=7, decimal_places=2, null=True, blank=True)
    # Years without purchase nor exchange after which a client's contacts and texts go; never, until somebody decides.
    forgets_after_years = models.PositiveSmallIntegerField(
        _("oubli des clients silencieux, ans"), null=True, blank=True
    )

    class Meta:
        verbose_name = _("entreprise")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="there_is_one_firm"),
            models.CheckConstraint(
                condition=Q(
                    parts__contained_by=[
                        "rfm",
                        "movements",
                        "trust",
                        "objectives",
                        "time",
                        "relation",
                        "needs",
                        "opportunities",
                        "triggers",
                        "playbook",
                        "campaigns",
                        "allocation",
                        "prospects",
                    ]
                ),
                name="a_part_is_one_the_product_has",
            ),
            models.CheckConstraint(
                condition=(Q(hourly_cost=None) | Q(hourly_cost__gt=0))
                & (Q(hourly_target=None) | Q(hourly_target__gt=0)),
                name="the_firm_s_hour_is_worth_something",
            ),
        ]

    def __str__(self):
        return self.name or str(_("Votre entreprise"))

    @classmethod
    def current(cls) -> "Firm":
        """The firm as saved, or as a new installation is; read once in a request (accounts.middleware)."""
        remembered = remembered_firm.get()
        if remembered is None:
            return cls._read()
        if "firm" not in remembered:
            remembered["firm"] = cls._read()
        return remembered["firm"]

    @classmethod
    def _read(cls) -> "Firm":
        return cls.objects.filter(pk=cls.ONLY).first() or cls(pk=cls.ONLY)

    @property
    def revenue(self) -> str:
        """The word for what clients pay, as a label: "CA" or "Honoraires"."""
        return self.get_revenue_word_display()

    @property
    def owner(self) -> str:
        """The word for who looks after a client, as a label: "Commercial" or "Responsable"."""
        return self.get_owner_word_display()

    @property
    def charges_fees(self) -> bool:
        """Whether clients pay "honoraires": a sentence where the word must agree is written twice."""
        return self.revenue_word == self.RevenueWord.FEES

    @property
    def revenue_in_full(self) -> str:
        """The same word inside a sentence: "chiffre d’affaires" or "honoraires"."""
        return gettext("honoraires") if self.charges_fees else gettext("chiffre d’affaires")

    @property
    def of_revenue(self) -> str:
        """What a share is a share of: "du chiffre d’affaires" or "des honoraires"."""
        return gettext("des honoraires") if self.charges_fees else gettext("du chiffre d’affaires")

    @property
    def owner_in_full(self) -> str:
        """The same word inside a sentence: "commercial" or "responsable"."""
        if self.owner_word == self.OwnerWord.IN_CHARGE:
            return pgettext("who looks after a client", "responsable")
        return pgettext("who looks after a client", "commercial")

    @property
    def without_owner(self) -> str:
        """Of a client that nobody follows: "sans commercial" or "sans responsable"."""
        in_charge = self.owner_word == self.OwnerWord.IN_CHARGE
        return gettext("sans responsable") if in_charge else gettext("sans commercial")

    @property
    def shows_time(self) -> bool:
        return self.shows(self.Part.TIME)

    @property
    def shows_rfm(self) -> bool:
        return self.shows(self.Part.RFM)

    def shows(self, part: "Firm.Part") -> bool:
        return part in self.parts


remembered_firm: ContextVar[dict | None] = ContextVar("remembered_firm", default=None)
