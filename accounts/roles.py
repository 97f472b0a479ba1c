"""What each role may do. Roles accumulate; Direction holds every right (design.md §4)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    COMMERCIAL = "commercial", _("Commercial")
    MANAGER = "manager", _("Manager")
    MARKETING = "marketing", _("Marketing")
    DIRECTION = "direction", _("Direction")
    ADMINISTRATOR = "administrator", _("Administrateur")


class Right(models.TextChoices):
    """A thing that may be done; which clients it may be done to is the business of `visible_to`."""

    SEE_ALL_CLIENTS = "see-all-clients"
    SEE_UNASSIGNED_CLIENTS = "see-unassigned-clients"
    SEE_TEAM_CLIENTS = "see-team-clients"
    ASSIGN_CLIENTS = "assign-clients"
    RECORD_ACTIONS = "record-actions"
    IMPORT = "import"
    EXPORT = "export"
    READ_GRADES = "read-grades"
    MANAGE_USERS = "manage-users"
    MANAGE_SETTINGS = "manage-settings"
    USE_ADMIN = "use-admin"


RIGHTS: dict[str, frozenset[Right]] = {
    Role.COMMERCIAL: frozenset({Right.RECORD_ACTIONS, Right.EXPORT, Right.READ_GRADES}),
    Role.MANAGER: frozenset(
        {
            Right.SEE_TEAM_CLIENTS,
            Right.SEE_UNASSIGNED_CLIENTS,
            Right.ASSIGN_CLIENTS,
            Right.RECORD_ACTIONS,
            Right.EXPORT,
            Right.READ_GRADES,
        }
    ),
    Role.MARKETING: frozenset({Right.SEE_ALL_CLIENTS, Right.EXPORT}),
    Role.ADMINISTRATOR: frozenset(
        {
            Right.SEE_ALL_CLIENTS,
            Right.ASSIGN_CLIENTS,
            Right.IMPORT,
            Right.EXPORT,
            Right.MANAGE_USERS,
            Right.MANAGE_SETTINGS,
            Right.USE_ADMIN,
        }
    ),
    Role.DIRECTION: frozenset(Right),
}


def rights_of(roles: list[str]) -> frozenset[Right]:
    """Every right that these roles give together."""
    return frozenset().union(*(RIGHTS.get(role, frozenset()) for role in roles))
