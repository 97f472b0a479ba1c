"""Setting a reason of risk aside: who may, what it hides, when it comes back, and how it is taken back."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry
from accounts.roles import Role
from segmentation import risk, setting_aside
from segmentation.models import RiskSetAside, Score
from segmentation.portfolio import Portfolio
from segmentation.scoring import score
from tests.factories import ClientFactory, ScoreFactory, ScoringRunFactory, UserFactory
from tests.segmentation.rules.facts import AS_OF, ago, bought

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 3)
END = dt.date(2027, 3, 31)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def claire():
    return UserFactory()


@pytest.fixture
def one(claire):
    """The score of a client of Claire's, at risk for two reasons."""
    return at_risk(claire, ["decline", "rhythm"])


def at_risk(owner, reasons, amount="1000.00", run=None):
    return ScoreFactory(
        run=run or ScoringRunFactory(),
        client=ClientFactory(owner=owner),
        at_risk=True,
        risk_reasons=reasons,
        amount_at_risk=Decimal(amount),
    )


def put_aside(score, by, reason="", until=END, motive="seasonal", note=""):
    return setting_aside.set_aside(
        clients=[score.client_id], reason=reason, motive=motive, note=note, until=until, by=by
    )


def shown(score):
    return Score.objects.with_risk().get(pk=score.pk).shown


def test_every_alert_of_a_client_set_aside_takes_it_off_the_list(one, claire):
    put_aside(one, claire)
    assert not shown(one).at_risk
    assert not Score.objects.at_risk().exists()


def test_the_score_keeps_the_raw_reasons(one, claire):
    put_aside(one, claire)
    one.refresh_from_db()
    assert (one.at_risk, one.risk_reasons, one.amount_at_risk) == (True, ["decline", "rhythm"], Decimal("1000.00"))


def test_one_reason_set_aside_leaves_the_others(one, claire):
    put_aside(one, claire, "rhythm")
    assert (shown(one).reasons, shown(one).amount) == (("decline",), Decimal("1000.00"))
    assert Score.objects.at_risk().get() == one


def test_all_the_reasons_set_aside_one_by_one_take_it_off_the_list(one, claire):
    put_aside(one, claire, "rhythm")
    put_aside(one, claire, "decline", until=dt.date(2026, 12, 1))
    assert not Score.objects.at_risk().exists()


@pytest.mark.parametrize(("day", "is_at_risk"), [(END, False), (END + dt.timedelta(days=1), True)])
def test_the_alert_comes_back_by_itself_the_day_after(one, claire, day, is_at_risk):
    put_aside(one, claire)
    with time_machine.travel(dt.datetime.combine(day, dt.time(9), tzinfo=dt.UTC), tick=False):
        assert shown(one).at_risk is is_at_risk
        assert Score.objects.at_risk().exists() is is_at_risk
        assert Portfolio(Score.objects.all()).total.at_risk == int(is_at_risk)


def test_the_first_reason_to_come_back_brings_the_client_back(one, claire):
    put_aside(one, claire, "rhythm")
    put_aside(one, claire, "decline", until=dt.date(2026, 12, 1))
    with time_machine.travel(dt.datetime(2026, 12, 2, 9, tzinfo=dt.UTC), tick=False):
        assert shown(one).reasons == ("decline",)
        assert Score.objects.at_risk().get() == one


def test_set_aside_by_itself_and_with_all_the_others_a_reason_waits_for_the_later_day(one, claire):
    put_aside(one, claire, "rhythm", until=END)
    put_aside(one, claire, until=dt.date(2026, 12, 1))
    with time_machine.travel(dt.datetime(2026, 12, 2, 9, tzinfo=dt.UTC), tick=False):
        assert shown(one).reasons == ("decline",)


def test_counts_and_euros_of_a_portfolio_leave_it_out(one, claire):
    other = at_risk(claire, ["decline"], "200.00", run=one.run)
    put_aside(one, claire, "decline")
    total = Portfolio(Score.objects.all()).total
    assert (total.at_risk, total.amount_at_risk) == (2, Decimal("1200.00"))
    assert (total.declining, total.declining_amount) == (1, Decimal("200.00"))
    put_aside(other, claire)
    total = Portfolio(Score.objects.all()).total
    assert (total.at_risk, total.amount_at_risk, total.declining) == (1, Decimal("1000.00"), 0)


def test_the_export_says_what_the_screen_says(one, claire):
    put_aside(one, claire)
    out = io.StringIO()
    call_command("export_scores", stdout=out)
    (row,) = csv.DictReader(io.StringIO(out.getvalue()))
    assert (row["at_risk"], row["risk_reasons"], row["amount_at_risk"]) == ("false", "", "0.00")


def test_a_new_run_knows_what_was_set_aside(claire):
    client = ClientFactory(owner=claire)
    bought(client, ago(100), ago(110), ago(120))
    first = score(as_of=AS_OF)
    assert Score.objects.of(first).at_risk().exists()
    put_aside(Score.objects.get(run=first), claire)
    again = score(as_of=AS_OF)
    assert Score.objects.get(run=again).at_risk
    assert not Score.objects.of(again).at_risk().exists()


def test_a_run_catches_up_with_what_was_set_aside_while_it_was_made(one, claire):
    put_aside(one, claire)
    run = one.run
    run.started_at = dt.datetime(2026, 11, 3, 8, tzinfo=dt.UTC)
    run.risks.update(aside_until=None, hidden_until=None)  # as a run that could not see it
    risk.catch_up(run)
    assert not Score.objects.at_risk().exists()


def test_setting_aside_again_replaces_the_motive_and_the_day(one, claire):
    put_aside(one, claire)
    put_aside(one, claire, until=dt.date(2026, 12, 1), motive="yearly-contract")
    standing = RiskSetAside.objects.standing().get()
    assert (standing.motive, standing.until) == ("yearly-contract", dt.date(2026, 12, 1))
    assert RiskSetAside.objects.count() == 2


def test_undoing_shows_it_again_and_what_it_replaced_stands_again(one, claire):
    put_aside(one, claire, until=dt.date(2026, 12, 1))
    with time_machine.travel(dt.datetime(2026, 11, 3, 10, tzinfo=dt.UTC), tick=False):
        done = put_aside(one, claire, until=END)
        assert setting_aside.undo(at=done.at, by=claire) == 1
        assert RiskSetAside.objects.active().get().until == dt.date(2026, 12, 1)
        assert setting_aside.undo(at=done.at, by=claire) == 0
    assert not shown(one).at_risk


def test_undoing_takes_back_one_s_own_doing_only(one, claire):
    done = put_aside(one, claire)
    other = UserFactory(roles=[Role.DIRECTION])
    assert setting_aside.undo(at=done.at, by=other) == 0
    assert not shown(one).at_risk


def test_lifting_shows_it_again_once(one, claire):
    put_aside(one, claire)
    standing = RiskSetAside.objects.get()
    assert setting_aside.lift(one=standing, by=claire)
    assert not setting_aside.lift(one=standing, by=claire)
    assert shown(one).at_risk


def test_somebody_else_s_clients_are_left_out(one):
    assert put_aside(one, UserFactory()).clients == []
    assert shown(one).at_risk


def test_it_takes_the_right_to_record_actions(one, claire):
    marketing = UserFactory(roles=[Role.MARKETING])
    with pytest.raises(PermissionDenied):
        put_aside(one, marketing)
    put_aside(one, claire)
    with pytest.raises(PermissionDenied):
        setting_aside.lift(one=RiskSetAside.objects.get(), by=marketing)
    with pytest.raises(PermissionDenied):
        setting_aside.undo(at=RiskSetAside.objects.get().set_aside_at, by=marketing)


@pytest.mark.parametrize("until", [TODAY - dt.timedelta(days=1), dt.date(2028, 11, 4)])
def test_the_day_is_to_come_and_within_two_years(one, claire, until):
    with pytest.raises(ValidationError):
        put_aside(one, claire, until=until)


def test_another_motive_is_written_out(one, claire):
    with pytest.raises(ValidationError):
        put_aside(one, claire, motive="other", note="  ")
    with pytest.raises(IntegrityError), transaction.atomic():
        RiskSetAside.objects.create(
            client=one.client, motive="other", until=END, set_aside_by=claire, set_aside_at=dt.datetime.now(dt.UTC)
        )
    put_aside(one, claire, motive="other", note="En travaux")
    assert RiskSetAside.objects.get().motive_words == "En travaux"


def test_the_journal_says_who_set_what_aside_but_not_the_note(one, claire):
    put_aside(one, claire, "rhythm", note="gérant hospitalisé")
    entry = AuditEntry.objects.filter(table="segmentation_risksetaside").latest("pk")
    assert entry.changes["reason"] == [None, "rhythm"]
    assert entry.changes["set_aside_by_id"] == [None, claire.pk]
    assert entry.changes["note"] is None
