"""A run that reads what changed since the last one finds what a run that reads everything finds."""

import datetime as dt
import random
from decimal import Decimal

import pytest

from clients.models import ChangedLines, Client, Invoice, InvoiceLine, InvoiceLink, Service
from segmentation.models import Exclusion, KeptFacts, KeptHabit, KeptRun, Rules, Score, ScoringRun, StoppedService
from segmentation.scoring import score
from tests.factories import ClientFactory, InvoiceFactory, ServiceFactory
from tests.segmentation.rules.facts import AS_OF, ago, bought
from tests.segmentation.test_agreement import drawn, stored

pytestmark = pytest.mark.django_db
OWN = {"id", "run_id", "score_id"}


def told(run):
    """Everything that a run found, without the ids of its rows."""

    def plain(rows):
        return sorted(tuple((key, str(row[key])) for key in sorted(row) if key not in OWN) for row in rows.values())

    cuts = ScoringRun.objects.values("recency_cuts", "frequency_cuts", "monetary_cuts", "in_window", "revenue")
    return cuts.get(pk=run.pk), plain(Score.objects.of(run)), plain(StoppedService.objects.filter(run=run))


def scored(as_of, **options):
    """A run, and the statements that made it."""
    done = []
    return score(as_of=as_of, after=done.append, **options), done


def assert_as_if_all_were_read(as_of):
    """The official run of this day; what it found is what a run of the same rules that reads everything finds."""
    official, statements = scored(as_of)
    whole, all_read = scored(as_of, kind=ScoringRun.Kind.DRAFT, rules=Rules.objects.get())
    assert "stale_clients" not in all_read
    assert told(official) == told(whole)
    return "stale_clients" in statements


# --- What happens to a base between two nights, drawn by lot ---


def any_of(draw, model, **conditions):
    return model.objects.get(pk=draw.choice(list(model.objects.filter(**conditions).values_list("pk", flat=True))))


def an_invoice_comes(draw, day):
    client, issued = any_of(draw, Client), day - dt.timedelta(days=draw.choice([-20, 0, 1, 40, 200, 364, 365, 700]))
    service = any_of(draw, Service)
    invoice = InvoiceFactory(client=client, issued_on=issued, amount_ht=Decimal("310.00"))
    InvoiceLine.objects.create(invoice=invoice, position=9, service=service, amount_ht=Decimal("310.00"))


def an_amount_changes(draw, day):
    invoice = any_of(draw, Invoice, amount_ht__gt=0)
    Invoice.objects.filter(pk=invoice.pk).update(amount_ht=Decimal("77.00"))


def an_invoice_is_cancelled(draw, day):
    Invoice.objects.filter(pk=any_of(draw, Invoice).pk).update(status="cancelled")


def an_invoice_goes(draw, day):
    any_of(draw, Invoice, named_by=None, names=None).delete()


def an_invoice_finds_another_client(draw, day):
    Invoice.objects.filter(pk=any_of(draw, Invoice).pk).update(client=any_of(draw, Client))


def a_line_finds_another_service(draw, day):
    InvoiceLine.objects.filter(pk=any_of(draw, InvoiceLine).pk).update(service=any_of(draw, Service))


def a_credit_note_names_an_invoice(draw, day):
    named = any_of(draw, Invoice, amount_ht__gt=0)
    note = InvoiceFactory(client=named.client, issued_on=day, amount_ht=-named.amount_ht, kind="credit_note")
    InvoiceLink.objects.create(document=note, named=named, kind="cancels")


def a_link_goes(draw, day):
    any_of(draw, InvoiceLink).delete()


def a_client_is_left_out(draw, day):
    Exclusion.objects.get_or_create(rules=Rules.objects.get(), client=any_of(draw, Client), defaults={"motive": "Nous"})


def all_clients_are_let_in_again(draw, day):
    Exclusion.objects.all().delete()


def a_service_becomes_a_fee_or_no_longer_is_one(draw, day):
    service = any_of(draw, Service)
    Service.objects.filter(pk=service.pk).update(is_recurring=not service.is_recurring)


def a_client_is_known_for_longer(draw, day):
    Client.objects.filter(pk=any_of(draw, Client).pk).update(
        client_since=day - dt.timedelta(days=draw.choice([5, 400]))
    )


def nothing_happens(draw, day):
    pass


EVENTS = [
    an_invoice_comes,
    an_invoice_comes,
    an_amount_changes,
    an_invoice_is_cancelled,
    an_invoice_goes,
    an_invoice_finds_another_client,
    a_line_finds_another_service,
    a_credit_note_names_an_invoice,
    a_link_goes,
    a_client_is_left_out,
    all_clients_are_let_in_again,
    a_service_becomes_a_fee_or_no_longer_is_one,
    a_client_is_known_for_longer,
    nothing_happens,
]


@pytest.mark.parametrize(
    ("seed", "rules"), [(1, {}), (2, {"sets_recurring_aside": True}), (3, {"rfm_window_months": 6})]
)
def test_whatever_happens_between_two_nights_they_find_what_reading_everything_finds(seed, rules):
    draw = random.Random(seed)
    documents, since = drawn(seed, 50)
    stored(documents, since, draw)
    Rules.objects.update(**rules)
    day, follows = AS_OF - dt.timedelta(days=130), 0
    while day <= AS_OF:
        follows += assert_as_if_all_were_read(day)
        for event in draw.sample(EVENTS, 3):
            event(draw, day)
        day += dt.timedelta(days=draw.choice([0, 1, 1, 3, 14, 31]))
    assert follows > 5


# --- What is read again, and what is not ---


def test_only_the_clients_of_whom_something_changed_are_read_again():
    quiet, busy = ClientFactory(), ClientFactory()
    for client in (quiet, busy):
        bought(client, ago(10), ago(40))
    score(as_of=ago(1))
    KeptFacts.objects.filter(client=quiet).update(purchase_days=77)
    KeptFacts.objects.filter(client=busy).update(purchase_days=77)
    bought(busy, ago(0))
    run = score(as_of=ago(0))
    days = dict(Score.objects.of(run).values_list("client", "purchase_days"))
    assert days == {quiet.pk: 77, busy.pk: 3}


def test_a_service_counts_as_stopped_from_its_day_on_though_nothing_changed():
    client, payroll, advice = ClientFactory(), ServiceFactory(), ServiceFactory()
    bought(client, ago(61), ago(91), ago(121), service=payroll)
    bought(client, ago(59), service=advice)
    for silence, is_stopped in ((58, False), (59, False), (60, False), (61, True), (61, True)):
        run, _done = scored(ago(61 - silence))
        assert StoppedService.objects.filter(run=run, service=payroll).exists() is is_stopped
    assert KeptHabit.objects.get(service=payroll).recheck_on == ago(0)


def test_a_rhythm_that_rules_a_stop_out_is_looked_at_again_only_when_its_silence_could_tell():
    client, payroll, advice = ClientFactory(), ServiceFactory(), ServiceFactory()
    bought(client, *(ago(200 + 180 * n) for n in range(4)), service=payroll)
    bought(client, ago(5), service=advice)
    score(as_of=AS_OF)
    habit = KeptHabit.objects.get(service=payroll)
    assert (habit.typical_gap_days, habit.recheck_on) == (None, ago(200) + dt.timedelta(days=2 * 31 * 4))
    assert habit.recheck_on > AS_OF


@pytest.mark.parametrize("months", [3, 6, 12, 18, 24])
def test_a_document_that_leaves_a_window_is_a_change(months):
    Rules.objects.update(rfm_window_months=3)
    client = ClientFactory()
    bought(client, ago(0, months=months), amount="900.00")
    bought(client, ago(900), ago(30))
    score(as_of=ago(1))
    assert assert_as_if_all_were_read(ago(0))


@pytest.fixture
def note_of_another(db):
    """A client's invoice, and the credit note of another client, ten days later, that cancels it."""
    [named] = bought(ClientFactory(), ago(15))
    bought(named.client, ago(100), ago(160))
    note = InvoiceFactory(client=ClientFactory(), issued_on=ago(5), amount_ht=-named.amount_ht, kind="credit_note")
    InvoiceLink.objects.create(document=note, named=named, kind="cancels")
    return note


def test_a_document_of_another_client_that_comes_to_cancel_one_is_a_change(note_of_another):
    score(as_of=ago(6))
    assert assert_as_if_all_were_read(ago(5))


def test_a_document_of_another_client_that_no_longer_cancels_one_is_a_change(note_of_another):
    score(as_of=ago(5))
    Invoice.objects.filter(pk=note_of_another.pk).update(status="draft")
    assert assert_as_if_all_were_read(ago(4))


def test_lines_that_change_without_their_invoice_are_a_change():
    client, payroll, advice = ClientFactory(), ServiceFactory(), ServiceFactory()
    invoices = bought(client, ago(100), ago(110), ago(120), service=payroll)
    bought(client, ago(1), service=payroll)
    score(as_of=AS_OF)
    assert not ChangedLines.objects.exists()
    InvoiceLine.objects.filter(invoice__in=invoices).update(service=advice)
    assert set(ChangedLines.objects.values_list("client", flat=True)) == {client.pk}
    run = score(as_of=AS_OF)
    assert StoppedService.objects.get(run=run).service == advice


# --- When nothing can be trusted ---


@pytest.mark.parametrize(
    "change",
    [{"service_ratio": 3}, {"tier_window_months": 6}, {"sets_recurring_aside": True}, {"rfm_window_months": 3}],
)
def test_what_was_kept_under_other_settings_is_read_again(change):
    bought(ClientFactory(), ago(3), ago(50))
    score(as_of=ago(1))
    Rules.objects.update(**change)
    assert not assert_as_if_all_were_read(ago(0))
    assert assert_as_if_all_were_read(ago(0))


def test_an_older_date_is_read_in_full_and_leaves_what_was_kept():
    bought(ClientFactory(), ago(3), ago(50))
    newest = score(as_of=AS_OF)
    assert not assert_as_if_all_were_read(ago(40))
    assert KeptRun.objects.get().run == newest
    assert assert_as_if_all_were_read(AS_OF)


def test_what_changed_before_a_past_date_was_scored_is_still_seen_by_the_next_run():
    client = ClientFactory()
    bought(client, ago(3), ago(50))
    score(as_of=AS_OF)
    bought(client, ago(60))
    score(as_of=ago(40))
    assert assert_as_if_all_were_read(AS_OF)


def test_what_a_later_date_kept_is_trusted_no_more_once_its_facts_are_gone():
    client = ClientFactory()
    bought(client, ago(50))
    [latest] = bought(client, ago(0))
    bought(ClientFactory(), ago(20))
    score(as_of=ago(0))
    latest.delete()
    assert not assert_as_if_all_were_read(ago(20))
    assert not assert_as_if_all_were_read(ago(20))
    assert assert_as_if_all_were_read(ago(20))


def test_rules_that_group_clients_keep_nothing():
    head = ClientFactory()
    company = ClientFactory(head=head)
    bought(company, ago(3), ago(50))
    bought(head, ago(9))
    score(as_of=ago(1))
    Rules.objects.update(scored_by="head")
    assert not assert_as_if_all_were_read(ago(0))
    assert not KeptRun.objects.exists()
    Rules.objects.update(scored_by="client")
    assert not assert_as_if_all_were_read(ago(0))
    assert assert_as_if_all_were_read(ago(0))


def test_drafts_keep_nothing():
    bought(ClientFactory(), ago(3))
    scored(AS_OF, kind=ScoringRun.Kind.DRAFT, rules=Rules.objects.get())
    assert not KeptRun.objects.exists()
    assert not KeptFacts.objects.exists()


def test_a_run_that_fails_leaves_what_was_kept(monkeypatch):
    from segmentation import scoring

    client = ClientFactory()
    bought(client, ago(3), ago(50))
    first = score(as_of=ago(1))
    bought(client, ago(0))
    with monkeypatch.context() as broken:
        broken.setattr(scoring, "SCORES", ["absent"])
        with pytest.raises(FileNotFoundError):
            score(as_of=ago(0))
    assert KeptRun.objects.get().run == first
    assert assert_as_if_all_were_read(ago(0))
