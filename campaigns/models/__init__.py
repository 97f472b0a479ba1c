"""What is decided for clients: actions, rounds and meetings, prospects, triggers, the playbook, campaigns."""

from campaigns.models.actions import (
    Action,
    ActionQuerySet,
    CallRound,
    MeetingDecision,
    MeetingDecisionQuerySet,
    MondayLetter,
    MonthLetter,
    end_of_week,
)
from campaigns.models.allocation import (
    TIERS,
    AllocationLine,
    AllocationPlan,
    AllocationPlanQuerySet,
    Availability,
    PlannedContact,
    PlannedContactQuerySet,
    Purpose,
    Spending,
    Target,
)
from campaigns.models.automations import Automation
from campaigns.models.campaigns import (
    FEWEST_FOR_ARMS,
    Campaign,
    CampaignKind,
    CampaignMessage,
    CampaignQuerySet,
    MailSettings,
    Proof,
    StoredMessage,
)
from campaigns.models.playbook import Play
from campaigns.models.prospects import Approach, ApproachQuerySet, Prospect, ProspectQuerySet
from campaigns.models.recipients import Answer, Arm, Click, Link, Recipient, RecipientQuerySet, Suppression
from campaigns.models.triggers import TriggerFiring, TriggerRule

__all__ = [
    "FEWEST_FOR_ARMS",
    "TIERS",
    "Action",
    "ActionQuerySet",
    "AllocationLine",
    "AllocationPlan",
    "AllocationPlanQuerySet",
    "Answer",
    "Approach",
    "ApproachQuerySet",
    "Arm",
    "Automation",
    "Availability",
    "CallRound",
    "Campaign",
    "CampaignKind",
    "CampaignMessage",
    "CampaignQuerySet",
    "Click",
    "Link",
    "MailSettings",
    "MeetingDecision",
    "MeetingDecisionQuerySet",
    "MondayLetter",
    "MonthLetter",
    "PlannedContact",
    "PlannedContactQuerySet",
    "Play",
    "Proof",
    "Prospect",
    "ProspectQuerySet",
    "Purpose",
    "Recipient",
    "RecipientQuerySet",
    "Spending",
    "StoredMessage",
    "Suppression",
    "Target",
    "TriggerFiring",
    "TriggerRule",
    "end_of_week",
]
