"""People and their firm, the journal of what they changed, and how each likes to look at a list."""

from accounts.models.firm import Firm, remembered_firm
from accounts.models.journal import AuditEntry, Diagnosis, Export
from accounts.models.lists import ListPage, ListSettings, SavedView, SavedViewQuerySet
from accounts.models.logo import FirmLogo
from accounts.models.people import Invitation, InvitationQuerySet, User, UserManager, UserQuerySet, a_week_from_now

__all__ = [
    "AuditEntry",
    "Diagnosis",
    "Export",
    "Firm",
    "FirmLogo",
    "Invitation",
    "InvitationQuerySet",
    "ListPage",
    "ListSettings",
    "SavedView",
    "SavedViewQuerySet",
    "User",
    "UserManager",
    "UserQuerySet",
    "a_week_from_now",
    "remembered_firm",
]
