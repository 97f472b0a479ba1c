"""What is decided for clients: actions, rounds and meetings, prospects, triggers, the playbook, campaigns."""

from campaigns.models.actions import (
    Action,
    ActionQuerySet,
    CallRound,
    MeetingDecision,
    MeetingDecisionQuerySet,
    MondayLetter,
    end_of_week,
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
    "Action",
    "ActionQuerySet",
    "Answer",
    "Approach",
    "ApproachQuerySet",
    "Arm",
    "Automation",
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
    "Play",
    "Proof",
    "Prospect",
    "ProspectQuerySet",
    "Recipient",
    "RecipientQuerySet",
    "StoredMessage",
    "Suppression",
    "TriggerFiring",
    "TriggerRule",
    "end_of_week",
]
