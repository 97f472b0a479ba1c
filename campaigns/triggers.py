"""Rules that turn an event of a client into an action: tried on the past, switched on, fired once per event.

Anybody may ring `run_due`, as often as they like: the ledger keeps, for each business date, the run whose events were
found, so that a night or an import is followed once. What a person types or a file brings fires as it comes.
"""

import datetime as dt
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.roles import Right
from campaigns import actions
from campaigns.models import Action, TriggerFiring, TriggerRule
from clients import happenings as told
from clients.models import ClientDeparture, Event, TableImport
from segmentation import happenings
from segmentation.locks import Lock, held
from segmentation.models import LedgerEntry, Score, ScoringRun
from segmentation.nightly import business_date

JOB = "triggers"
TRIED_OVER = relativedelta(months=12)
FRESH_FOR = dt.timedelta(days=90)  # what is known later is past acting upon
KNOWN_LATER = (Event.Kind.SERVICE_END, Event.Kind.GROWTH)  # known by a silence, or months: fresh when it is found


@dataclass(frozen=True)
class Trial:
    """The events of the last twelve months on which a rule would have fired, the newest first, and since when."""

    since: dt.date
    events: QuerySet[Event]


def run_due() -> LedgerEntry | None:
    """The ledger entry of today's triggers, settled now; None when the run on show was followed already.

    A failure is written in the ledger, and tried again at the next ring.
    """
    with held(Lock.TRIGGERS) as is_ours:
        run = ScoringRun.objects.latest_at()
        if not is_ours or run is None:
            return None
        entry, _is_new = LedgerEntry.objects.get_or_create(job=JOB, business_date=business_date())
        if entry.outcome in LedgerEntry.SETTLED and entry.run_id == run.pk:
            return None
        try:
            with transaction.atomic():
                found, fired = happenings.derive(run), fire()
        except BaseException as error:
            _close(entry, LedgerEntry.Outcome.FAILED, run, str(error) or type(error).__name__)
            raise
        _close(entry, LedgerEntry.Outcome.DONE, run, _in_words(found, fired))
        return entry


@transaction.atomic
def fire(events: QuerySet[Event] | None = None) -> int:
    """How many times a rule that is on fired, on these events or on every fresh one; a second time, none.

    The action is for who follows the client, or stands in for them. Nobody to act, a client gone, or a call to who
    wants none: the rule does not fire. An action planned already is kept, and not doubled.
    """
    today = timezone.localdate()
    since = timezone.now() - FRESH_FOR
    is_fresh = Q(happened_on__gte=today - FRESH_FOR) | Q(kind__in=KNOWN_LATER, recorded_at__gte=since)
    rules = list(TriggerRule.objects.filter(switched_on_at__isnull=False).select_for_update().order_by("pk"))
    fired = 0
    for rule in rules:
        is_new = Q(recorded_at__gte=rule.switched_on_at) | Q(happened_on__gte=timezone.localdate(rule.switched_on_at))
        found = _matching(rule, since=today - TRIED_OVER).filter(is_fresh, is_new)
        if events is not None:
            found = found.filter(pk__in=events.values("pk"))
        fired += _fire(rule, found)
    return fired


def trial_of(rule: TriggerRule, *, by: User) -> Trial:
    """On what this rule would have fired in the last twelve months among the clients that `by` sees.

    Segments are those of today: those of then would take one run for each event.
    """
    since = timezone.localdate() - TRIED_OVER
    found = _matching(rule, since=since, but_fired=False).visible_to(by)
    return Trial(since, found.select_related("client__owner", "service").order_by("-happened_on", "-pk"))


@transaction.atomic
def save(*, rule: TriggerRule, by: User) -> TriggerRule:
    """The rule, off and to be tried when it is new or was changed. Raises PermissionDenied, ValidationError."""
    _check_right(by)
    if rule.pk is None:
        rule.created_by = by
    rule.tried_at = rule.switched_on_at = None
    rule.full_clean(exclude=["created_by"])
    rule.save()
    return rule


@transaction.atomic
def mark_tried(*, rule: TriggerRule, by: User) -> int:
    """On how many events the rule would have fired; from now on it may be switched on. Raises PermissionDenied."""
    _check_right(by)
    run = ScoringRun.objects.latest_at()
    if run is not None and not LedgerEntry.objects.filter(job=JOB, run=run).exists():
        happenings.derive(run)
    TriggerRule.objects.filter(pk=rule.pk).update(tried_at=timezone.now())
    return trial_of(rule, by=by).events.count()


@transaction.atomic
def switch(*, rule: TriggerRule, is_on: bool, by: User) -> None:
    """Switches the rule on or off. Raises PermissionDenied, ValidationError for a rule that nobody tried."""
    _check_right(by)
    rule = TriggerRule.objects.select_for_update().get(pk=rule.pk)
    if is_on and rule.tried_at is None:
        raise ValidationError(_("Essayez d’abord ce déclencheur sur les douze derniers mois."))
    if is_on != rule.is_on:
        TriggerRule.objects.filter(pk=rule.pk).update(switched_on_at=timezone.now() if is_on else None)


@transaction.atomic
def undo_file(*, table: TableImport, by: User) -> int:
    """How many events the undoing of this import removed, with the actions they triggered that are still open."""
    brought = TriggerFiring.objects.filter(event__brought_by=table.pk)
    alone = ~Exists(TriggerFiring.objects.filter(action=OuterRef("pk")).exclude(event__brought_by=table.pk))
    proposed = Action.objects.open().filter(alone, firings__in=brought, created_at__gte=table.imported_at)
    ids = list(proposed.values_list("pk", flat=True))
    count = told.undo_file(table=table, by=by)
    if count:
        Action.objects.open().filter(pk__in=ids).delete()
    return count


def proposal_of(rule: TriggerRule, event: Event) -> str:
    """What the action is about: "Déménagement du 3 nov. 2026 : proposer Audit."."""
    words = {"event": event.get_kind_display(), "day": event.happened_on.strftime("%d/%m/%Y"), "service": rule.service}
    if rule.service:
        return _("%(event)s du %(day)s : proposer %(service)s.") % words
    return _("%(event)s du %(day)s.") % words


def _matching(rule: TriggerRule, *, since: dt.date, but_fired: bool = True) -> QuerySet[Event]:
    """The events of this rule's kind since that day, of clients of its segments who are there."""
    gone = ClientDeparture.objects.standing().filter(client=OuterRef("client"))
    found = Event.objects.between(since, timezone.localdate()).filter(~Exists(gone), kind=rule.event_kind)
    found = found.filter(client__merged_into=None)
    if rule.segments:
        run = ScoringRun.objects.latest_at()
        of_segments = Score.objects.of(run).filter(client=OuterRef("client"), segment__in=rule.segments)
        found = found.filter(Exists(of_segments))
    if but_fired:
        found = found.filter(~Exists(TriggerFiring.objects.filter(rule=rule, event=OuterRef("pk"))))
    return found


def _fire(rule: TriggerRule, found: QuerySet[Event]) -> int:
    events = list(found.filter(client__owner__is_active=True).select_related("client").order_by("happened_on", "pk"))
    refusing = set()
    if rule.action_kind == Action.Kind.CALL:
        refusing = actions.not_to_call(event.client_id for event in events)
    due_on, now = timezone.localdate() + dt.timedelta(days=rule.days), timezone.now()
    of_clients = Action.objects.open().filter(client__in=[event.client_id for event in events])
    open_ones = of_clients.filter(kind=rule.action_kind, assignee=F("client__owner"), service=rule.service)
    planned = {one.client_id: one for one in open_ones}
    firings = []
    for event in events:
        if event.client_id in refusing:
            continue
        action = planned.get(event.client_id)
        if action is None:
            action = planned[event.client_id] = Action.objects.create(
                client=event.client,
                assignee_id=event.client.owner_id,
                kind=rule.action_kind,
                service=rule.service,
                origin=Action.Origin.TRIGGER,
                due_on=due_on,
                note=proposal_of(rule, event),
                created_by_id=rule.created_by_id,
                created_at=now,
            )
        firings.append(TriggerFiring(rule=rule, event=event, action=action, fired_at=now))
    return len(TriggerFiring.objects.bulk_create(firings))


def _close(entry: LedgerEntry, outcome: str, run: ScoringRun, detail: str) -> None:
    entry.outcome, entry.run, entry.detail, entry.finished_at = outcome, run, detail, timezone.now()
    entry.save(update_fields=["outcome", "run", "detail", "finished_at"])


def _in_words(found: int, fired: int) -> str:
    return " ".join(
        (
            ngettext("%(n)s événement trouvé.", "%(n)s événements trouvés.", found) % {"n": found},
            ngettext("%(n)s action proposée.", "%(n)s actions proposées.", fired) % {"n": fired},
        )
    )


def _check_right(by: User) -> None:
    if not by.may(Right.MANAGE_PLAYBOOK):
        raise PermissionDenied
