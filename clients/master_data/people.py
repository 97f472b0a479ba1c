"""Which person of the firm a cell means: by e-mail, else by first and last name in either order."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.hierarchy import led_by
from accounts.models import User
from accounts.roles import Right
from clients.folding import fold
from clients.master_data.cells import LeftError
from clients.master_data.resource import TableResource


class People:
    """Some people of the firm, found by what files call them."""

    def __init__(self, people: Iterable[User]):
        self.by_id = {person.pk: person for person in people}
        self.by_name: dict[str, set[int]] = {}
        for person in self.by_id.values():
            names = {f"{person.first_name} {person.last_name}", f"{person.last_name} {person.first_name}", person.email}
            for name in names:
                self.by_name.setdefault(fold(name), set()).add(person.pk)

    def find(self, text: str) -> User | None:
        """The one person that this text means; None when it is nobody, or could be two."""
        ids = self.by_name.get(fold(text), set())
        return self.by_id[next(iter(ids))] if len(ids) == 1 else None

    def name(self, pk: int | None) -> str:
        return str(self.by_id.get(pk, "")) if pk else ""


class FollowedResource(TableResource):
    """A list of what people look after, in a column `owner`: an unknown name is left, the row goes on."""

    class Meta(TableResource.Meta):
        pass

    def read_people(self) -> None:
        self.people = People(User.objects.all())
        self.possible_owners = People(led_by(self.by) if self.by.may(Right.ASSIGN_CLIENTS) else [])

    def read_owner(self, text, row):
        person = self.possible_owners.find(text)
        if person is None:
            raise LeftError(
                _(
                    "« %(name)s » ne désigne personne, parmi ceux qui suivent des clients et que vous dirigez : rien "
                    "n’y change. Écrivez son e-mail."
                )
                % {"name": text[:80]}
            )
        return person.pk

    def read_backup_owner(self, text, row):
        return self.read_owner(text, row)

    def show_owner(self, pk):
        return self.people.name(pk)

    def dehydrate_owner(self, instance):
        return instance.owner.email if instance.owner else ""

    def show_backup_owner(self, pk):
        return self.people.name(pk)

    def dehydrate_backup_owner(self, instance):
        return instance.backup_owner.email if instance.backup_owner else ""
