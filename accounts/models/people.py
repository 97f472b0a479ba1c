"""People: who they are, what they may do, who reports to whom, and who is invited."""

from datetime import timedelta
from functools import cached_property

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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
    # Euros HT; empty: that of the firm. Only who holds `SEE_COSTS` reads it.
    hourly_cost = models.DecimalField(_("coût d’une heure"), max_digits=7, decimal_places=2, null=True, blank=True)
    phone = models.CharField(_("téléphone"), max_length=40, blank=True)
    language = models.CharField(_("langue"), max_length=2, choices=Language.choices, default=Language.FRENCH)
    theme = models.CharField(_("thème"), max_length=5, choices=Theme.choices, default=Theme.AUTO)
    keyboard_shortcuts = models.BooleanField(_("raccourcis clavier"), default=True)
    monday_letter = models.BooleanField(
        _("lettre du lundi"),
        default=True,
        help_text=_("Le lundi matin, par e-mail : vos clients dont il faut s’occuper, dix au plus."),
    )
    monthly_note = models.BooleanField(
        _("note de direction du mois"),
        default=True,
        help_text=_("Une fois par mois, par e-mail : un lien vers la note de la dernière fin de mois."),
    )
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
            models.CheckConstraint(
                condition=Q(hourly_cost=None) | Q(hourly_cost__gt=0),
                name="a_person_s_hour_costs_something",
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
