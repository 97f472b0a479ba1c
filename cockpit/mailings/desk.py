"""The desk where a campaign is written: who, what each segment reads, how it is measured, when it leaves."""

import json
from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from campaigns import audience as audiences
from campaigns import drafting, launching
from campaigns.audience import Audience, Counted
from campaigns.letters import GENERIC, Letters
from campaigns.messages import proofreading
from campaigns.messages.placeholders import KNOWN
from campaigns.messages.rendering import Mail
from campaigns.models import FEWEST_FOR_ARMS, Arm, Campaign, CampaignMessage, MailSettings, Proof
from clients.models import Client
from cockpit.mailings import forms
from segmentation.models import SegmentSlug

TAB, READER = "onglet", "lecteur"
STANDARD = "standard"  # the tab of the generic message, in addresses
ASKING = {Campaign.Kind.INVITATION: forms.InvitationForm, Campaign.Kind.SURVEY: forms.SurveyForm}


@dataclass(frozen=True)
class Note:
    """Something to look at in a message; each of `fixes` is what could stand there, and the code that puts it there."""

    finding: proofreading.Finding
    fixes: list[tuple[str, str]]


def fixed(texts: dict[str, str], code: str) -> dict[str, str]:
    """The subject and the body once the fix of this code is made; as they were for a code that says nothing."""
    try:
        place, found, proposal = json.loads(code)
        return texts | {place: proofreading.replaced(texts[place], found, proposal)}
    except (ValueError, KeyError, TypeError):
        return texts


class Desk:
    """Everything that the page of one draft shows to this person."""

    def __init__(self, campaign: Campaign, user: User, *, tab: str = "", reader: str = ""):
        self.campaign, self.user = campaign, user
        self.asked_tab, self.asked_reader = tab, reader

    @classmethod
    def of(cls, request: HttpRequest, campaign: Campaign) -> "Desk":
        asked = request.GET if request.method != "POST" else request.POST
        return cls(campaign, request.user, tab=asked.get(TAB, ""), reader=asked.get(READER, ""))

    @cached_property
    def audience(self) -> Audience:
        return audiences.of(self.campaign, by=self.user)

    @cached_property
    def cards(self) -> list[tuple[Counted, bool]]:
        """Each segment with what it would bring, and whether it was chosen."""
        counted = audiences.every_segment(self.campaign, by=self.user)
        return [(one, one.segment in self.campaign.segments) for one in counted]

    @cached_property
    def arms(self) -> list[Arm]:
        return launching.drawn_for(self.campaign, self.audience)

    @property
    def count(self) -> int:
        """How many would receive something."""
        return sum(arm != Arm.HELD for arm in self.arms)

    @property
    def held(self) -> int:
        return sum(arm == Arm.HELD for arm in self.arms)

    @property
    def generic(self) -> int:
        return sum(arm == Arm.GENERIC for arm in self.arms)

    @property
    def segmented(self) -> int:
        return sum(arm == Arm.SEGMENTED for arm in self.arms)

    @property
    def may_draw(self) -> bool:
        """Whether there are enough recipients for arms to tell anything."""
        return len(self.audience.reached) >= FEWEST_FOR_ARMS

    @property
    def fewest(self) -> int:
        return FEWEST_FOR_ARMS

    @cached_property
    def tabs(self) -> list[tuple[str, str]]:
        """(slug, name) of each message: the segments in their order, then the standard one."""
        named = [(slug, str(label)) for slug, label in SegmentSlug.choices if slug in self.campaign.segments]
        return [*named, *([(STANDARD, _("Message standard"))] if self.campaign.generic_share else [])]

    @property
    def tab(self) -> str:
        known = [slug for slug, _name in self.tabs]
        return self.asked_tab if self.asked_tab in known else (known[0] if known else "")

    @property
    def segment(self) -> str:
        """The segment whose message is on the desk; empty for the standard one."""
        return GENERIC if self.tab == STANDARD else self.tab

    @cached_property
    def message(self) -> CampaignMessage | None:
        if not self.tab:
            return None
        return self.campaign.messages.filter(segment=self.segment).first() or CampaignMessage(
            campaign=self.campaign, segment=self.segment
        )

    @cached_property
    def readers(self) -> list[Client]:
        """The clients that the message may be looked at with: the best of the segment first."""
        return audiences.readers(self.campaign, by=self.user, segment=self.segment) if self.tab else []

    @property
    def reader(self) -> Client | None:
        chosen = next((client for client in self.readers if str(client.pk) == self.asked_reader), None)
        return chosen or (self.readers[0] if self.readers else None)

    @property
    def next_reader(self) -> Client | None:
        """The one after; back to the first after the last."""
        if len(self.readers) < 2:
            return None
        return self.readers[(self.readers.index(self.reader) + 1) % len(self.readers)]

    @cached_property
    def shown(self) -> Mail | None:
        """The message as that client would receive it; None while it cannot be read."""
        if self.message is None or self.reader is None:
            return None
        try:
            return drafting.preview(campaign=self.campaign, message=self.message, client=self.reader)
        except ValidationError:
            return None

    @cached_property
    def notes(self) -> list[Note]:
        """What to look at in the message on the desk, errors first."""
        if self.message is None:
            return []
        found = proofreading.read(
            self.message.subject,
            self.message.body,
            language=self.campaign.language,
            has_proof=Proof.objects.valid().exists(),
        )
        return [
            Note(one, [(words, json.dumps([one.place, one.found, words])) for words in one.proposals]) for one in found
        ]

    @property
    def room(self) -> int:
        """How many characters the subject may still take; below zero when it is too long for a phone."""
        return proofreading.room(self.message.subject) if self.message else 0

    @property
    def over(self) -> int:
        return -self.room

    @cached_property
    def sender(self) -> str:
        """Who the messages come from."""
        return Letters(self.campaign, MailSettings.current()).sender

    @property
    def is_later(self) -> bool:
        """Whether it leaves at an hour to come."""
        return self.campaign.scheduled_for is not None and self.campaign.scheduled_for > timezone.now()

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The fields of a message: as written, and in words."""
        return [("{" + name + ("|…}" if one.may_be_empty else "}"), str(one.label)) for name, one in KNOWN.items()]

    @cached_property
    def missing(self) -> list[str]:
        """What keeps it from leaving."""
        try:
            launching.check_ready(self.campaign)
        except ValidationError as error:
            return error.messages
        return []

    @property
    def may_send(self) -> bool:
        return self.user.may(Right.SEND_CAMPAIGNS)

    @cached_property
    def forms(self) -> dict:
        """The form of each part, as the draft stands."""
        campaign = self.campaign
        made = {"who": forms.AudienceForm, "measure": forms.MeasureForm, "when": forms.ScheduleForm}
        shown = {name: form(instance=campaign, auto_id=f"{name}_%s") for name, form in made.items()}
        if campaign.kind in ASKING:
            shown["asked"] = ASKING[campaign.kind](instance=campaign, auto_id="asked_%s")
        if self.message is not None:
            initial = {"subject": self.message.subject, "body": self.message.body}
            shown["message"] = forms.MessageForm(initial=initial, auto_id="message_%s")
        return shown
