"""The list of users: those known are changed under the rules of the team, newcomers are invited, nobody is deleted."""

import re
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts import invitations, team
from accounts.models import Invitation, User
from accounts.roles import Role
from clients.imports.headings import FIELDS
from clients.master_data.cells import Cell, Email, Hours, LeftError, Phone, plain
from clients.master_data.columns import Column
from clients.master_data.people import People
from clients.master_data.resource import TableResource

WORDS = {
    Role.COMMERCIAL: "commerciale|vendeur|vendeuse|sales|salesperson|conseiller|conseillere",
    Role.MANAGER: "responsable|chef d equipe|manageur|team leader",
    Role.MARKETING: "communication|charge de marketing|chargee de marketing",
    Role.DIRECTION: "directeur|directrice|dirigeant|dirigeante|gerant|gerante|patron|patronne|owner|management",
    Role.ADMINISTRATOR: "administratrice|admin|administrator|informatique",
}
MOST_INVITED = 100


@dataclass(frozen=True)
class Invited:
    """An invitation just made, and its token, which is nowhere else."""

    invitation: Invitation
    token: str


class Roles(Cell):
    """Roles in words of French or English, or as slugs, between commas."""

    def clean(self, value, row=None, **kwargs):
        known = {word: role for role, text in WORDS.items() for word in text.split("|")}
        known |= {plain(role.value): role for role in Role} | {plain(str(role.label)): role for role in Role}
        parts = [part.strip() for part in re.split(r"[,;/+&\n]| et | and ", value) if part.strip()]
        unknown = [part for part in parts if plain(part) not in known]
        if unknown:
            names = ", ".join(f"« {role.label} »" for role in Role)
            raise ValueError(
                _(
                    "« %(word)s » n’est pas un rôle. Écrivez un ou plusieurs de ceux-ci, séparés par des virgules : "
                    "%(names)s."
                )
                % {"word": unknown[0][:60], "names": names}
            )
        found = {known[plain(part)] for part in parts}
        return [role for role in Role if role in found]

    def render(self, value, obj=None, **kwargs):
        return self.show(value)

    def show(self, value):
        return ", ".join(str(Role(role).label) for role in value or [])


class UserResource(TableResource):
    columns = [
        Column("email", gettext_lazy("E-mail"), f"{FIELDS['email']}|identifiant|login", Email()),
        Column("first_name", gettext_lazy("Prénom"), "first name|firstname|given name"),
        Column("last_name", gettext_lazy("Nom"), "nom de famille|last name|lastname|surname|name"),
        Column("roles", gettext_lazy("Rôles"), "role|profil|droits|roles|fonction|job", Roles(), keeps=True),
        Column(
            "manager",
            pgettext_lazy("manager", "Responsable"),
            "manager|superieur|superieur hierarchique|n 1|chef|reports to",
            attribute="manager_id",
        ),
        Column("phone", gettext_lazy("Téléphone"), FIELDS["phone"], Phone()),
        Column(
            "weekly_hours",
            gettext_lazy("Heures par semaine"),
            "heures|heures hebdo|temps de travail|horaire|weekly hours|hours",
            Hours(),
            keeps=True,
        ),
    ]
    needs = [frozenset({"email"})]

    class Meta(TableResource.Meta):
        model = User
        store_instance = True
        use_bulk = False  # each goes through the rules of the team, one by one

    def prepare(self, rows):
        self.invited: list[Invited] = []
        emails = {Email().clean(row.get("email", "")) for row in rows}
        people = list(User.objects.all())
        self.people = People(people)
        self.out_of_reach = {person.pk for person in people if not team.may_manage(self.by, person)}
        self.managers = People(team.possible_managers())
        self.known = {person.email: person for person in people if person.email in emails}
        waiting = Invitation.objects.open().filter(email__in=emails - {""})
        self.waiting = {invitation.email: invitation for invitation in waiting}

    def find(self, row):
        return self.known.get(Email().clean(row.get("email", "")))

    def names_of(self, row):
        return [("email", Email().clean(row.get("email", "")))]

    def read_manager(self, text, row):
        person = self.managers.find(text)
        if person is None:
            raise LeftError(
                _(
                    "« %(name)s » ne désigne personne à qui l’on puisse rapporter : rien n’y change. Écrivez l’e-mail "
                    "d’un manager qui a déjà un compte."
                )
                % {"name": text[:80]}
            )
        return person.pk

    def show_manager(self, pk):
        return self.people.name(pk)

    def dehydrate_manager(self, person):
        return person.manager.email if person.manager else ""

    def derive(self, instance, row):
        if not instance.email:
            raise ValidationError(
                {"email": _("Cette ligne n’a pas d’adresse e-mail. Ajoutez-la : elle sert à entrer.")}
            )

    def check(self, instance, row, *, is_new):
        if instance.pk in self.out_of_reach:
            raise ValidationError(_("Seule la Direction modifie un compte de la Direction. Retirez cette ligne."))
        if not is_new:
            return
        if not instance.roles:
            raise ValidationError(
                {"roles": _("Cette personne n’a pas de rôle : sans rôle, on ne voit rien. Ajoutez-en un.")}
            )
        waiting = self.waiting.get(instance.email)
        if waiting and (waiting.roles, waiting.manager_id) == (instance.roles, instance.manager_id):
            raise self.left_out(_("Déjà invité, la réponse est attendue"))
        if len(self.invited) >= MOST_INVITED:
            raise self.left_out(_("Au-delà de cent invitations à la fois : importez le reste ensuite"))

    def do_instance_save(self, instance, is_create):
        """A newcomer gets an invitation, not a password; a known account is changed as on the Équipe page.

        The preview does the same, in a transaction that is rolled back: every rule is tried.
        """
        if is_create:
            made = invitations.invite(
                email=instance.email,
                roles=instance.roles,
                manager=self.people.by_id.get(instance.manager_id),
                by=self.by,
            )
            self.invited.append(Invited(*made))
            return
        names = ("email", "first_name", "last_name", "roles", "weekly_hours", "phone")
        manager = self.people.by_id.get(instance.manager_id)
        try:
            team.change(
                person=instance, by=self.by, manager=manager, **{name: getattr(instance, name) for name in names}
            )
        except PermissionDenied:
            raise ValidationError(
                _("Seule la Direction modifie un compte de la Direction. Retirez cette ligne.")
            ) from None
