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
    READ_REPORTS = "read-reports"  # the director's note, of every client or of a team's
    READ_GRADES = "read-grades"
    SEE_COSTS = "see-costs"  # what an hour costs, hence margins
    PLAN_ALLOCATION = "plan-allocation"  # hours and budget of a quarter, for the portfolios one sees
    SET_COURSE = "set-course"  # what the firm aims at: objectives, hourly costs and target
    RATE_CLIENTS = "rate-clients"
    MANAGE_RULES = "manage-rules"
    MANAGE_NEEDS = "manage-needs"
    MANAGE_PLAYBOOK = "manage-playbook"  # what is said to whom, and what events trigger
    DRAFT_CAMPAIGNS = "draft-campaigns"
    SEND_CAMPAIGNS = "send-campaigns"  # launch, approve, pause, stop: separate from writing
    ERASE = "erase"  # a person asks to be forgotten; how long what is known of people is kept
    MANAGE_USERS = "manage-users"
    MANAGE_SETTINGS = "manage-settings"
    USE_ADMIN = "use-admin"


RIGHTS: dict[str, frozenset[Right]] = {
    Role.COMMERCIAL: frozenset(
        {Right.RECORD_ACTIONS, Right.EXPORT, Right.READ_GRADES, Right.RATE_CLIENTS, Right.DRAFT_CAMPAIGNS}
    ),
    Role.MANAGER: frozenset(
        {
            Right.SEE_TEAM_CLIENTS,
            Right.SEE_UNASSIGNED_CLIENTS,
            Right.ASSIGN_CLIENTS,
            Right.RECORD_ACTIONS,
            Right.EXPORT,
            Right.READ_REPORTS,
            Right.READ_GRADES,
            Right.SEE_COSTS,
            Right.PLAN_ALLOCATION,
            Right.MANAGE_NEEDS,
            Right.MANAGE_PLAYBOOK,
            Right.RATE_CLIENTS,
            Right.DRAFT_CAMPAIGNS,
            Right.SEND_CAMPAIGNS,
        }
    ),
    Role.MARKETING: frozenset(
        {
            Right.SEE_ALL_CLIENTS,
            Right.EXPORT,
            Right.READ_REPORTS,
            Right.MANAGE_NEEDS,
            Right.MANAGE_PLAYBOOK,
            Right.DRAFT_CAMPAIGNS,
            Right.SEND_CAMPAIGNS,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            Right.SEE_ALL_CLIENTS,
            Right.ASSIGN_CLIENTS,
            Right.IMPORT,
            Right.EXPORT,
            Right.READ_REPORTS,
            Right.MANAGE_NEEDS,  # or they could not make anybody Marketing
            Right.MANAGE_PLAYBOOK,
            Right.DRAFT_CAMPAIGNS,
            Right.SEND_CAMPAIGNS,
            Right.MANAGE_RULES,
            Right.ERASE,
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


def rights_with(roles: list[str], right: Right) -> frozenset[Right]:
    """What those of these roles that give this right give together: a right reaches no further than its roles do.

    Marketing sees all clients and reads no grade: with Commercial, they read those of their own clients only.
    """
    return rights_of([role for role in roles if right in RIGHTS.get(role, frozenset())])
