"""Who may change whom, and the changes: roles, manager, activity.

1. Managing users is a right of Direction and Administrateur. 2. Only Direction touches an account of Direction, or
makes one. 3. Nobody gives themselves a right they do not hold. 4. The last active account of Direction stays.
5. People are deactivated, never deleted.
"""

from collections.abc import Iterable
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.hierarchy import team_ids
from accounts.models import User
from accounts.roles import Right, Role, rights_of


def may_manage(by: User, person: User) -> bool:
    """Whether `by` may change this person's account."""
    if Role.DIRECTION in person.roles and Role.DIRECTION not in by.roles:
        return False
    return by.may(Right.MANAGE_USERS)


def grantable_roles(by: User, person: User | None = None) -> list[Role]:
    """The roles that `by` may give to this person, or to a newcomer when None."""
    if Role.DIRECTION in by.roles:
        return list(Role)
    roles: list[Role] = [role for role in Role if role != Role.DIRECTION]
    if person is not None and person.pk == by.pk:
        return [role for role in roles if role in person.roles or rights_of([role]) <= by.rights]
    return roles


def possible_managers(person: User | None = None):
    """The active people this person may report to: not themselves, nor anybody who reports to them."""
    people = User.objects.active().with_right(Right.SEE_TEAM_CLIENTS)
    return people.exclude(pk__in=team_ids(person)) if person is not None and person.pk else people


@transaction.atomic
def change(
    *,
    person: User,
    by: User,
    email: str,
    first_name: str,
    last_name: str,
    roles: Iterable[str],
    manager: User | None,
    weekly_hours: Decimal,
    phone: str = "",
) -> User:
    """The person with these values, saved. Raises PermissionDenied, or ValidationError with the field at fault."""
    person = _locked(person, by)
    roles = [role for role in Role if role in roles]  # in one order, whatever the form sent
    check(person=person, by=by, roles=roles, manager=manager)
    person.email = email.strip().lower()
    person.first_name, person.last_name, person.phone = first_name, last_name, phone
    person.roles, person.manager, person.weekly_hours = roles, manager, weekly_hours
    person.full_clean(exclude=["password"])
    person.save()
    return person


def check(*, person: User, by: User, roles: Iterable[str], manager: User | None) -> None:
    """Raises ValidationError, with the field at fault, when `by` may not give this person these roles or manager."""
    check_roles(roles, by=by, person=person)
    if Role.DIRECTION in person.roles and Role.DIRECTION not in roles:
        _keep_a_direction(person)
    if manager is not None and manager != person.manager and manager not in possible_managers(person):
        raise ValidationError(
            {"manager": _("Cette personne ne peut pas être son responsable. Choisissez-en une autre.")}
        )


@transaction.atomic
def deactivate(*, person: User, by: User) -> User:
    """The person without access from their next request on. Raises PermissionDenied or ValidationError."""
    person = _locked(person, by)
    if person.pk == by.pk:
        raise ValidationError(_("On ne désactive pas son propre compte. Demandez à une autre personne de le faire."))
    _keep_a_direction(person)
    person.is_active = False
    person.save(update_fields=["is_active"])
    return person


@transaction.atomic
def reactivate(*, person: User, by: User) -> User:
    """The person with their former access back."""
    person = _locked(person, by)
    person.is_active = True
    person.save(update_fields=["is_active"])
    return person


def check_roles(roles: Iterable[str], *, by: User, person: User | None = None) -> None:
    """Raises ValidationError when one of these roles is not for `by` to give, and the person has not got it already."""
    held = person.roles if person is not None else []
    if refused := set(roles) - set(held) - set(grantable_roles(by, person)):
        names = ", ".join(str(Role(role).label) for role in Role if role in refused)
        raise ValidationError(
            {"roles": _("Vous ne pouvez pas donner ce rôle : %(roles)s. Demandez à la Direction.") % {"roles": names}}
        )


def _locked(person: User, by: User) -> User:
    """The person, read again under a lock that two changes of the team take in turn."""
    everyone = {user.pk: user for user in User.objects.select_for_update().order_by("pk").with_role(Role.DIRECTION)}
    person = everyone.get(person.pk) or User.objects.select_for_update().get(pk=person.pk)
    if not may_manage(User.objects.get(pk=by.pk), person):
        raise PermissionDenied
    return person


def _keep_a_direction(person: User) -> None:
    others = User.objects.active().with_role(Role.DIRECTION).exclude(pk=person.pk)
    if person.is_active and Role.DIRECTION in person.roles and not others.exists():
        raise ValidationError(
            _(
                "%(name)s est la seule personne active de la Direction : sans elle, plus personne n’aurait tous les "
                "droits. Donnez d’abord le rôle Direction à quelqu’un d’autre."
            )
            % {"name": person}
        )
