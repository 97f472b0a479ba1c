"""What the sample firm said to its segments: a campaign whose outcomes are in, a question, a draft, one to approve."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from campaigns import answers, audience, automations, drafting, launching
from campaigns.models import Arm, Automation, Campaign, MailSettings, Proof, Recipient
from clients.models import Event, Service
from segmentation.models import ScoringRun, SegmentSlug

PARIS = timezone.get_default_timezone()
CAMPAIGN_DAYS, SURVEY_DAYS = 75, 40  # days ago
SPACING = dt.timedelta(seconds=9)  # between two messages
REPLIES = {Arm.SEGMENTED: 6, Arm.GENERIC: 15}  # one recipient in so many replied
CLICKS = {Arm.SEGMENTED: 5, Arm.GENERIC: 9}
QUESTION = "Qu’est-ce qui vous ferait revenir vers nous ?"
CHOICES = ["Un prix plus clair", "Un interlocuteur fixe", "Un service qui me manquait", "Rien pour l’instant"]
PROOFS = (  # text, who, consent, start of the NAF codes
    ("Un artisan suivi par le cabinet encaisse ses factures dix-neuf jours plus tôt.", "Menuiserie (Gironde)",
     "accord par e-mail", "43"),
    ("Deux clients sur trois gardent leur tableau de bord au-delà de la première année.", "",
     "comptage interne, sans nom", ""),
)  # fmt: skip


@transaction.atomic
def record(*, run: ScoringRun, today: dt.date) -> int:
    """How many campaigns were written; none when the firm has one, or nobody to write them."""
    author = User.objects.active().with_role(Role.MARKETING).order_by("email").first()
    if author is None or Campaign.objects.exists():
        return 0
    _settle(author, today)
    _sent(author, run, today)
    _asked(author, run, today)
    _drafts(author)
    _automatic(author)
    return Campaign.objects.count()


def _settle(author: User, today: dt.date) -> None:
    MailSettings.objects.get_or_create(
        pk=MailSettings.ONLY,
        defaults={
            "sender_name": "Cabinet Garance",
            "signature": "L’équipe du Cabinet Garance",
            "postal_address": "12 cours Victor-Hugo, 33000 Bordeaux",
        },
    )
    for text, who, consent, sector in PROOFS:
        given = {"consented_on": today - dt.timedelta(days=120), "expires_on": today + dt.timedelta(days=500)}
        Proof.objects.create(text=text, client_name=who, consent=consent, sector=sector, created_by=author, **given)


def _sent(author: User, run: ScoringRun, today: dt.date) -> None:
    """To those who buy, in three arms; replies and clicks came in, the invoices tell the rest."""
    segments = [SegmentSlug.CHAMPIONS, SegmentSlug.LOYAL, SegmentSlug.TO_DEVELOP, SegmentSlug.WATCH]
    campaign = drafting.start(
        name="Rentrée : un point sur votre gestion", segments=segments, generic_share=20, held_share=20, cost=420,
        by=author,
    )  # fmt: skip
    recipients = _launched(campaign, author, run, today - dt.timedelta(days=CAMPAIGN_DAYS))
    link = campaign.links.create(address="https://cabinet-garance.example/tableaux-de-bord")
    for place, one in enumerate(one for one in recipients if one.state == Recipient.State.SENT):
        if place % REPLIES[Arm(one.arm)] == 1:
            one.replied_at, one.replied_by = one.sent_at + dt.timedelta(hours=5 + place % 60), author
            one.save(update_fields=["replied_at", "replied_by"])
        if place % CLICKS[Arm(one.arm)] == 0:
            link.clicks.create(recipient=one, at=one.sent_at + dt.timedelta(hours=2 + place % 30))


def _asked(author: User, run: ScoringRun, today: dt.date) -> None:
    """One question to those who no longer come, and what some of them answered."""
    campaign = drafting.start(
        name="Une question aux dormants", kind=Campaign.Kind.SURVEY, question=QUESTION, choices=CHOICES,
        segments=[SegmentSlug.DORMANT, SegmentSlug.LOST], by=author,
    )  # fmt: skip
    recipients = _launched(campaign, author, run, today - dt.timedelta(days=SURVEY_DAYS))
    for place, one in enumerate(recipients):
        if place % 4 == 0:
            answers.record(recipient=one, choice=CHOICES[place // 4 % len(CHOICES)])


def _launched(campaign: Campaign, author: User, run: ScoringRun, day: dt.date) -> list[Recipient]:
    """The recipients of this campaign, all written to that morning, without a message leaving."""
    found = audience.of(campaign, by=author)
    began = dt.datetime.combine(day, dt.time(9), tzinfo=PARIS)
    made = []
    for place, (person, arm) in enumerate(zip(found.reached, launching.drawn_for(campaign, found), strict=True)):
        is_held = arm == Arm.HELD
        made.append(
            Recipient(
                campaign=campaign, client_id=person.client_id, contact_id=person.contact_id, email=person.email,
                address_key=person.key, segment=person.segment, tier=person.tier, arm=arm,
                state=Recipient.State.HELD if is_held else Recipient.State.SENT,
                sent_at=None if is_held else began + place * SPACING, next_try_at=began,
            )
        )  # fmt: skip
    campaign.run, campaign.excluded, campaign.state = run, dict(found.left_out), Campaign.State.DONE
    campaign.created_at, campaign.launched_at, campaign.launched_by = began - dt.timedelta(days=2), began, author
    campaign.ended_at = began + len(made) * SPACING
    campaign.save()
    return Recipient.objects.bulk_create(made)


def _drafts(author: User) -> None:
    """One to finish, one that a salesperson wrote and somebody must approve."""
    boards = Service.objects.filter(name__icontains="tableau").order_by("pk").first()
    drafting.start(
        name="Tableaux de bord : les premiers à essayer", segments=[SegmentSlug.CHAMPIONS, SegmentSlug.LOYAL],
        service=boards, by=author,
    )  # fmt: skip
    salesperson = User.objects.active().with_role(Role.COMMERCIAL).order_by("email").first()
    if salesperson is not None:
        mine = drafting.start(name="Reprendre contact avant la clôture", segments=[SegmentSlug.AT_RISK], by=salesperson)
        launching.submit(campaign=mine, by=salesperson)


def _automatic(author: User) -> None:
    """A word to good clients who become at risk, on; a congratulation to who hires, to be tried."""
    word = Automation(segment=SegmentSlug.AT_RISK, again=Automation.Again.AFTER, again_after_days=180, daily_cap=5)
    automations.save(automation=word, name="Un mot dès qu’un client s’éloigne", by=author)
    automations.mark_tried(automation=word, by=author)
    automations.switch(automation=word, is_on=True, by=author)
    hiring = Automation(event_kind=Event.Kind.HIRING, again=Automation.Again.NEVER, daily_cap=3)
    automations.save(automation=hiring, name="Féliciter pour une embauche", by=author)
