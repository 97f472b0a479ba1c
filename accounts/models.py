"""People and their firm: who they are, what they may do, who reports to whom; and the journal of what they changed."""

from contextvars import ContextVar
from datetime import timedelta
from functools import cached_property

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.roles import RIGHTS, Right, Role, rights_of


class UserQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)

    def with_role(self, role):
        return self.filter(roles__contains=[role])

    def with_right(self, right):
        """The people one of whose roles gives this right."""
        return self.filter(roles__overlap=[role for role, rights in RIGHTS.items() if right in rights])


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, email, password=None, **fields):
        """A new person, saved, with an address in lower case; without a password they cannot log in."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        """A new person holding every right."""
        return self.create_user(email, password, roles=[Role.DIRECTION], **fields)

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)


class User(AbstractBaseUser):
    """A person who logs in by e-mail. Deactivated when they leave, never deleted: what they did keeps its author."""

    class Language(models.TextChoices):
        FRENCH = "fr", _("Français")
        ENGLISH = "en", _("Anglais")

    class Theme(models.TextChoices):
        AUTO = "auto", _("Comme mon appareil")
        LIGHT = "light", _("Clair")
        DARK = "dark", _("Sombre")

    email = models.EmailField(_("adresse e-mail"), unique=True)
    first_name = models.CharField(_("prénom"), max_length=80, blank=True)
    last_name = models.CharField(_("nom"), max_length=80, blank=True)
    roles = ArrayField(
        models.CharField(max_length=20, choices=Role.choices),
        verbose_name=_("rôles"),
        default=list,
        blank=True,
    )
    manager = models.ForeignKey(
        "self",
        verbose_name=pgettext_lazy("manager", "responsable"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="reports",
    )
    weekly_hours = models.DecimalField(_("heures par semaine"), max_digits=4, decimal_places=1, default=35)
    phone = models.CharField(_("téléphone"), max_length=40, blank=True)
    language = models.CharField(_("langue"), max_length=2, choices=Language.choices, default=Language.FRENCH)
    theme = models.CharField(_("thème"), max_length=5, choices=Theme.choices, default=Theme.AUTO)
    keyboard_shortcuts = models.BooleanField(_("raccourcis clavier"), default=True)
    is_active = models.BooleanField(_("actif"), default=True)
    joined_at = models.DateTimeField(_("arrivé le"), default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("utilisateur")
        verbose_name_plural = _("utilisateurs")
        ordering = ["last_name", "first_name", "email"]
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="an_address_is_in_lower_case"),
            models.CheckConstraint(
                condition=Q(roles__contained_by=Role.values),
                name="a_role_is_one_of_the_five",
            ),
            models.CheckConstraint(
                condition=~Q(manager=models.F("id")),
                name="nobody_reports_to_themselves",
            ),
        ]

    def __str__(self):
        return self.get_full_name()

    def get_full_name(self):
        return f"{self.first_name} {self.last_name}".strip() or self.email

    def get_short_name(self):
        return self.first_name or self.email

    @property
    def initials(self):
        return (self.first_name[:1] + self.last_name[:1]).upper() or self.email[:2].upper()

    @cached_property
    def rights(self) -> frozenset[Right]:
        """Everything this person may do today; empty when deactivated."""
        return rights_of(self.roles) if self.is_active else frozenset()

    def may(self, right: Right) -> bool:
        return right in self.rights

    # What Django's admin asks of a user.

    @property
    def is_staff(self):
        return self.may(Right.USE_ADMIN)

    def has_perm(self, perm, obj=None):
        return self.may(Right.USE_ADMIN)

    def has_perms(self, perm_list, obj=None):
        return self.may(Right.USE_ADMIN)

    def has_module_perms(self, app_label):
        return self.may(Right.USE_ADMIN)


class InvitationQuerySet(models.QuerySet):
    def open(self):
        """Sent, not yet accepted, not expired, not taken back."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())


def a_week_from_now():
    return timezone.now() + timedelta(days=7)


class Invitation(models.Model):
    """A link that lets one address join with given roles. Only the hash of its token is kept."""

    email = models.EmailField(_("adresse e-mail"), blank=True)  # empty: whoever opens the link types their own
    roles = ArrayField(models.CharField(max_length=20, choices=Role.choices), verbose_name=_("rôles"))
    manager = models.ForeignKey(
        User,
        verbose_name=pgettext_lazy("manager", "responsable"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    invited_by = models.ForeignKey(
        User, verbose_name=_("invité par"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    invited_at = models.DateTimeField(_("invité le"), default=timezone.now)
    expires_at = models.DateTimeField(_("valable jusqu’au"), default=a_week_from_now)
    token_hash = models.CharField(max_length=64, unique=True)
    accepted_at = models.DateTimeField(_("acceptée le"), null=True, blank=True)
    accepted_by = models.OneToOneField(
        User, verbose_name=_("acceptée par"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    revoked_at = models.DateTimeField(_("reprise le"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        ordering = ["-invited_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(roles__contained_by=Role.values),
                name="an_invited_role_is_one_of_the_five",
            ),
        ]

    def __str__(self):
        return self.email


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

    class Meta:
        verbose_name = _("entreprise")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="there_is_one_firm"),
            models.CheckConstraint(condition=Q(parts__contained_by=["rfm"]), name="a_part_is_one_the_product_has"),
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

    def shows(self, part: "Firm.Part") -> bool:
        return part in self.parts


remembered_firm: ContextVar[dict | None] = ContextVar("remembered_firm", default=None)


class AuditEntry(models.Model):
    """One change of one row that matters, written by a trigger of the database. Nothing alters or deletes it.

    `changes` maps a column to [before, after]; columns that identify a person are listed without their values.
    """

    class Operation(models.TextChoices):
        CREATED = "INSERT", _("créé")
        UPDATED = "UPDATE", _("modifié")
        DELETED = "DELETE", _("supprimé")

    table = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    operation = models.CharField(max_length=6, choices=Operation.choices)
    changes = models.JSONField(default=dict)
    user_id = models.BigIntegerField(null=True)
    happened_at = models.DateTimeField()

    class Meta:
        verbose_name = _("écriture du journal")
        verbose_name_plural = _("journal")
        indexes = [models.Index(fields=["table", "row_id"], name="audit_by_row")]
        ordering = ["-id"]

    def __str__(self):
        return f"{self.table} {self.row_id}"


class Export(models.Model):
    """One table that left the product: which list, through which filters, how many rows, who took it.

    `filters` is the query string of the list; words searched for are left out, as they may name somebody.
    """

    name = models.CharField(_("liste"), max_length=60)
    filters = models.CharField(_("filtres"), max_length=1000, blank=True)
    file_format = models.CharField(_("format"), max_length=4)
    row_count = models.PositiveIntegerField(_("lignes"))
    exported_by = models.ForeignKey(User, verbose_name=_("par"), on_delete=models.PROTECT, related_name="+")
    exported_at = models.DateTimeField(_("le"), default=timezone.now)

    class Meta:
        verbose_name = _("export")
        ordering = ["-exported_at", "-id"]

    def __str__(self):
        return self.name
