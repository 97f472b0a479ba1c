"""A client asks to be forgotten: nothing names them any more, anywhere, and every figure stays what it was."""

import datetime as dt

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import EmailMessage, get_connection
from django.db import connection, models
from django.db.models import Sum
from django.utils import timezone

from accounts.audit import acting_as
from accounts.models import AuditEntry
from accounts.roles import Role
from campaigns import erasure
from campaigns.addresses import key_of, suppressed_for
from campaigns.models import Action, Answer, MeetingDecision, Proof, Recipient
from clients import doubles, merging
from clients.erasure import NAMING
from clients.imports import depot, pipeline, undo
from clients.master_data.matching import ClientIndex, Identity
from clients.models import (
    Client,
    ClientKey,
    Contact,
    IdentityDecision,
    Import,
    ImportFinding,
    Invoice,
    InvoiceLine,
    RejectedRow,
    TableImport,
)
from segmentation.models import Exclusion, NeedEvidence, ReframingPlan, RiskSetAside, Rules, Score
from segmentation.scoring import score
from tests.clients.imports.books import import_text, sale, text
from tests.clients.imports.electronic import THEIRS, ubl
from tests.factories import (
    ActionFactory,
    AssessmentFactory,
    ClientDepartureFactory,
    ClientFactory,
    ClientNeedFactory,
    ContactFactory,
    EventFactory,
    HoleFactory,
    InvoiceFactory,
    ProspectFactory,
    RecipientFactory,
    TimeEntryFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
CANARY = "zzcanari"
TABLE = """Code client;Client;E-mail;Téléphone;Adresse;Code postal;Ville;Date;Montant HT;Libellé
ZZCANARI1;Zzcanari Jeanne;jeanne@zzcanari.example;06zzcanari;Zzcanari;75011;Zzcanari;10/03/2026;1200,50;Zzcanari un
ZZCANARI1;Zzcanari Jeanne;jeanne@zzcanari.example;06zzcanari;Zzcanari;75011;Zzcanari;11/04/2026;300,00;Zzcanari deux
C2;Garage Martin;;;;;;12/04/2026;90,00;Vidange
C3;Café Lune;;;;;;13/04/2026;75,00;Café
"""


@pytest.fixture(autouse=True)
def _no_broker(settings):
    settings.AFTER_IMPORT = settings.AFTER_MERGE = []


@pytest.fixture
def director():
    return UserFactory(roles=[Role.DIRECTION])


def canaries():
    """{table: rows} of every table of the database in which the canary is still written."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" AS t')
            rows = [row for (row,) in cursor.fetchall() if CANARY in _readable(row).lower()]
            if rows:
                found[table] = rows
    return found


def _readable(row: str) -> str:
    """The row, with bytes as the text that they hold: an uploaded file is a row too."""
    pieces = [piece.partition('"')[0] for piece in row.split('"\\\\x')[1:]]
    return " ".join([row, *(bytes.fromhex(piece).decode("utf-8", "ignore") for piece in pieces)])


def everything_written(client, director):
    """The canary in every text that people write about a client."""
    now, word = timezone.now(), "Zzcanari a dit cela"
    Client.objects.filter(pk=client.pk).update(notes=word, siren="732829320", siret="73282932000074")
    contact = ContactFactory(
        client=client, name="Zzcanari Paul", email="paul@zzcanari.example", role=word, phone="zzcanari",
        objected_at=now, consented_at=now, consent_proof=word,
    )  # fmt: skip
    EventFactory(client=client, label=word)
    TimeEntryFactory(client=client, label=word)
    ClientDepartureFactory(client=client, motive="other", note=word)
    NeedEvidence.objects.create(
        client=client, need=ClientNeedFactory(client=client).need, heard_by=director, heard_on=now.date(), quote=word
    )
    AssessmentFactory(client=client, comment=word)
    HoleFactory(client=client, note=word)
    RiskSetAside.objects.create(
        client=client, reason="grid", motive="other", note=word, until=now.date(), set_aside_by=director,
        set_aside_at=now,
    )  # fmt: skip
    ReframingPlan.objects.create(
        client=client, what=word, outcome=word, owner=director, opened_by=director, due_on=now.date(), closed_at=now,
        closed_by=director,
    )  # fmt: skip
    with acting_as(director):
        Exclusion.objects.create(client=client, rules=Rules.objects.published().get(), motive=word, decided_by=director)
    action = ActionFactory(client=client, note=word)
    MeetingDecision.objects.create(monday=now.date(), action=action, what=word, decided_by=director)
    received = RecipientFactory(
        client=client, contact=contact, email="paul@zzcanari.example", state="sent", sent_at=now, reason=word
    )
    Answer.objects.create(recipient=received, choice="yes", comment=word)
    ProspectFactory(client=client, name="Zzcanari", notes=word, email="p@zzcanari.example", state="client")
    Proof.objects.create(text=word, client_name="ZZCANARI Jeanne", consented_on=now.date(), created_by=director)
    IdentityDecision.objects.create(verdict="somebody", name="zzcanari jeanne")
    TableImport.objects.create(name="clients", launched_by=director, content=word.encode())
    LogEntry.objects.create(
        user=director, content_type=ContentType.objects.get_for_model(Client), object_id=str(client.pk),
        object_repr="Zzcanari Jeanne", action_flag=2, change_message=word,
    )  # fmt: skip


def totals():
    return dict(Client.objects.values_list("pk").annotate(total=Sum("invoices__amount_ht")))


def test_after_an_erasure_no_table_names_the_person(director, django_capture_on_commit_callbacks):
    batch = import_text(TABLE, name="zzcanari.csv")
    client = Client.objects.get(code="ZZCANARI1")
    RejectedRow.objects.create(batch=batch, file=0, line=9, reason="Date", cells=["Zzcanari Jeanne", "?"])
    ImportFinding.objects.create(batch=batch, severity="error", reason="x", value="Zzcanari Jeanne", label="ZZCANARI1")
    everything_written(client, director)
    assert len(canaries()) > 20
    before = totals()
    with django_capture_on_commit_callbacks(execute=True):
        erasure.erase(client=client, by=director)
    assert canaries() == {}
    assert totals() == before
    assert str(Client.objects.get(pk=client.pk)) == f"Client effacé n° {client.pk}"
    assert key_of("paul@zzcanari.example") in suppressed_for("message")


def test_the_same_file_finds_the_erased_client_and_brings_nothing_back(director):
    import_text(TABLE)
    client = Client.objects.get(code="ZZCANARI1")
    erasure.erase(client=client, by=director)
    before, known = totals(), set(Client.objects.values_list("pk", flat=True))
    again = import_text(TABLE)
    assert (again.status, again.created, again.updated) == (Import.Status.COMMITTED, 0, 0)
    assert (totals(), set(Client.objects.values_list("pk", flat=True))) == (before, known)
    assert canaries() == {}


def test_a_new_document_of_an_erased_client_counts_without_naming_them(director):
    import_text(TABLE)
    client = Client.objects.get(code="ZZCANARI1")
    erasure.erase(client=client, by=director)
    more = TABLE + "ZZCANARI1;Zzcanari Jeanne;;;;;;20/05/2026;10,00;Zzcanari trois\n"
    assert import_text(more).created == 1
    assert totals()[client.pk] == pytest.approx(1510.50)
    assert canaries() == {}


def test_a_row_that_gives_the_name_or_the_address_only_is_recognised_too(director):
    import_text(TABLE)
    client = Client.objects.get(code="ZZCANARI1")
    erasure.erase(client=client, by=director)
    by_name = "Client;Date;Montant HT\nZzcanari  Jeanne;01/06/2026;20,00\nCafé Lune;02/06/2026;5,00\n"
    by_mail = (
        "Code client;Client;E-mail;Date;Montant HT\nX9;Mme Zz;Jeanne@zzcanari.example;03/06/2026;30,00\n"
        "C2;Garage Martin;;04/06/2026;8,00\n"
    )
    for content in (by_name, by_mail):
        assert import_text(content).status == Import.Status.COMMITTED
    assert totals()[client.pk] == pytest.approx(1550.50)
    assert canaries() == {}


def test_a_client_who_shares_the_address_of_the_person_stays_somebody_else(director):
    content = (
        "Code client;Client;E-mail;Date;Montant HT\nZ1;Zzcanari;cabinet@comptable.example;01/06/2026;20,00\n"
        "C2;Garage Martin;;02/06/2026;5,00\n"
    )
    import_text(content)
    erasure.erase(client=Client.objects.get(code="Z1"), by=director)
    import_text(
        "Code client;Client;E-mail;Date;Montant HT\nC2;Garage Martin;cabinet@comptable.example;03/06/2026;7,00\n"
    )
    assert totals()[Client.objects.get(code="C2").pk] == 12


def test_another_of_the_same_name_is_somebody_else(director):
    import_text("Client;Date;Montant HT\nZzcanari;01/06/2026;20,00\nCafé Lune;02/06/2026;5,00\n")
    erasure.erase(client=Client.objects.get(name="Zzcanari"), by=director)
    import_text("Client;SIRET;Date;Montant HT\nZzcanari;73282932000074;01/07/2026;9,00\n")
    assert Client.objects.get(name="Zzcanari").siret == "73282932000074"


def test_a_table_that_points_to_an_account_of_the_books_is_recognised(director):
    import_text(text(*sale("ZZCANARI", 10_000, aux_label="Zzcanari", entry="1"), *sale("LUNE", 7_000, entry="2")))
    client = ClientKey.objects.get(value="ZZCANARI").client
    erasure.erase(client=client, by=director)
    import_text(
        "Code client;Client;Compte auxiliaire;Date;Montant HT\nQ1;Zzcanari;ZZCANARI;01/07/2026;9,00\n"
        "Q2;Café Lune;LUNE;01/07/2026;8,00\n"
    )
    assert totals()[client.pk] == 109
    assert canaries() == {}


def test_electronic_invoices_of_an_erased_client_count_and_name_nobody(director):
    buyer = THEIRS | {"name": "Zzcanari Jeanne"}
    import_text(ubl(buyer=buyer), name="un.xml")
    client = Client.objects.get()
    before = totals()
    erasure.erase(client=client, by=director)
    again = import_text(ubl(buyer=buyer), name="un.xml")
    assert (again.created, again.updated, totals()) == (0, 0, before)
    assert Client.objects.count() == 1
    assert canaries() == {}


def test_books_that_name_an_erased_client_bring_nothing_back(director):
    books = text(
        *sale("ZZCANARI", 10_000, aux_label="Zzcanari Jeanne", entry="1", label="Zzcanari"),
        *sale("ZZCANARI", 5_000, aux_label="Zzcanari Jeanne", entry="2", piece="FA2"),
        *sale("LUNE", 7_000, aux_label="Café Lune", entry="3", piece="FA3"),
        *sale("MARTIN", 7_000, aux_label="Garage Martin", entry="4", piece="FA4"),
        *sale("ROUX", 7_000, aux_label="Roux", entry="5", piece="FA5"),
    )
    import_text(books)
    client = ClientKey.objects.get(value="ZZCANARI").client
    erasure.erase(client=client, by=director)
    before = totals()
    again = import_text(books)
    assert (again.status, again.created, again.updated, again.cancelled) == (Import.Status.COMMITTED, 0, 0, 0)
    assert totals() == before
    assert canaries() == {}


def test_the_list_of_clients_of_the_administration_cannot_bring_an_erased_client_back(director):
    client = ClientFactory(name="Zzcanari Jeanne", code="Z1", siret="73282932000074", email="j@z.example")
    erasure.erase(client=client, by=director)
    for identity in (
        Identity(code="Z1"),
        Identity(siret="73282932000074"),
        Identity(email="j@z.example"),
        Identity(name="zzcanari jeanne"),
    ):
        with pytest.raises(ValidationError, match="effacé"):
            ClientIndex([identity], by=director).resolve(identity)
    assert ClientIndex([Identity(code="Z2")], by=director).resolve(Identity(code="Z2")) is None


def test_the_scores_of_everybody_are_the_same(director):
    for n in range(6):
        one = ClientFactory(name=f"Client {n}")
        InvoiceFactory(client=one, issued_on=dt.date(2026, 10, 1 + n), amount_ht=100 * (n + 1))
    fields = ("client_id", "r", "f", "m", "segment", "tier", "tier_rank", "monetary", "amount_at_risk")
    before = list(Score.objects.filter(run=score(as_of=dt.date(2026, 10, 31))).order_by("client_id").values(*fields))
    erasure.erase(client=Client.objects.get(name="Client 3"), by=director)
    run = score(as_of=dt.date(2026, 10, 31))
    assert list(Score.objects.filter(run=run).order_by("client_id").values(*fields)) == before


def test_the_journal_says_who_erased_and_no_value_of_what_went(director):
    client = ClientFactory(name="Zzcanari")
    with acting_as(director):
        Exclusion.objects.create(
            client=client, rules=Rules.objects.published().get(), motive="Zzcanari", decided_by=director
        )
        erasure.erase(client=client, by=director)
    entry = AuditEntry.objects.filter(table="clients_client", changes__has_key="erased_at").get()
    assert (entry.user_id, entry.row_id, entry.changes["name"]) == (director.pk, client.pk, None)
    assert AuditEntry.objects.filter(table="segmentation_exclusion", changes__motive=None).exists()
    assert "accounts_auditentry" not in canaries()


def test_an_objection_outlives_the_contact(director):
    contact = ContactFactory(email="Paul@Client.example", objected_at=timezone.now())
    erasure.erase(client=contact.client, by=director)
    assert not Contact.objects.filter(pk=contact.pk).exists()
    assert key_of("paul@client.example") in suppressed_for("survey")


def test_a_person_at_a_client_is_forgotten_and_the_client_stays(director):
    contact = ContactFactory(name="Zzcanari Paul", email="paul@zzcanari.example", objected_at=timezone.now())
    waiting = RecipientFactory(client=contact.client, contact=contact, email=contact.email)
    erasure.erase_contact(contact=contact, by=director)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.contact_id) == (Recipient.State.LEFT_OUT, None)
    assert Client.objects.get(pk=contact.client_id).erased_at is None
    assert key_of("paul@zzcanari.example") in suppressed_for("message")
    assert canaries() == {}


def test_a_person_at_a_client_is_forgotten_by_who_may_once_they_say_so(client, director):
    contact = ContactFactory()
    address = f"/clients/{contact.client_id}/contacts/{contact.pk}/effacer/"
    with pytest.raises(PermissionDenied):
        erasure.erase_contact(contact=contact, by=UserFactory())
    client.force_login(director)
    assert "Cochez la case" in client.post(address, follow=True).content.decode()
    assert Contact.objects.filter(pk=contact.pk).exists()
    client.post(address, {"sure": "1"})
    assert not Contact.objects.filter(pk=contact.pk).exists()


def test_what_was_to_come_is_stopped(director):
    client = ClientFactory()
    action, waiting = ActionFactory(client=client), RecipientFactory(client=client)
    erasure.erase(client=client, by=director)
    action.refresh_from_db()
    waiting.refresh_from_db()
    assert (action.outcome, waiting.state, waiting.email) == (Action.Outcome.DROPPED, Recipient.State.LEFT_OUT, "")


def test_clients_merged_into_it_are_erased_with_it_and_can_still_be_parted(director):
    kept, other = (
        ClientFactory(name="Zzcanari", code="A"),
        ClientFactory(name="Zzcanari SARL", code="B", siren="732829320"),
    )
    InvoiceFactory(client=kept, amount_ht=10)
    InvoiceFactory(client=other, amount_ht=7)
    record = merging.merge(kept=kept, merged=other, by=director)
    erasure.erase(client=kept, by=director)
    merging.undo(record, by=director)
    assert totals() == {kept.pk: 10, other.pk: 7}
    assert canaries() == {}


def test_an_erased_client_is_neither_merged_nor_proposed(director):
    erased, other = ClientFactory(name="Garage Martin"), ClientFactory(name="Garage Martin SARL")
    erasure.erase(client=erased, by=director)
    assert doubles.suggestions(director) == []
    with pytest.raises(ValidationError, match="effacé"):
        merging.merge(kept=other, merged=erased, by=director)


def test_undoing_an_import_keeps_whom_it_brought_and_who_was_erased_since(director):
    batch = import_text(TABLE)
    client = Client.objects.get(code="ZZCANARI1")
    erasure.erase(client=client, by=director)
    assert undo.ask(batch, by=director)
    pipeline.process(batch.pk)
    assert not Invoice.objects.filter(client=client).exists()
    import_text(TABLE)
    assert totals()[client.pk] == pytest.approx(1500.50)
    assert canaries() == {}


def test_only_who_may_erases_and_only_whom_they_see(director):
    client = ClientFactory(owner=UserFactory())
    for role in (Role.COMMERCIAL, Role.MANAGER, Role.MARKETING):
        with pytest.raises(PermissionDenied):
            erasure.erase(client=client, by=UserFactory(roles=[role]))
    erasure.erase(client=client, by=UserFactory(roles=[Role.ADMINISTRATOR]))
    first = Client.objects.get(pk=client.pk).erased_at
    erasure.erase(client=client, by=director)  # a second click
    assert Client.objects.get(pk=client.pk).erased_at == first


def test_an_import_that_waits_may_hold_the_person(director):
    client = ClientFactory()
    Import.objects.create(status=Import.Status.CHECKED)
    assert erasure.effect_on(client).is_held_up
    with pytest.raises(ValidationError, match="n’est pas terminé"):
        erasure.erase(client=client, by=director)


def test_what_goes_and_what_stays_is_counted_beforehand(director):
    client = ClientFactory(name="Roux")
    ContactFactory(client=client)
    ActionFactory(client=client, note="Il rappellera.")
    RecipientFactory(client=client)
    InvoiceFactory(client=client)
    Proof.objects.create(text="Bien.", client_name="ROUX", consented_on=dt.date(2026, 1, 1), created_by=director)
    effect = erasure.effect_on(client)
    assert (effect.contacts, effect.messages, effect.proofs, effect.invoices) == (1, 1, 1, 1)
    assert effect.texts == 1 + InvoiceLine.objects.exclude(label="").count()


def test_no_line_of_the_log_names_who_was_erased(client, director, caplog):
    erased = ClientFactory(name="Zzcanari Jeanne", email="jeanne@zzcanari.example")
    client.force_login(director)
    with caplog.at_level("DEBUG"):
        client.post(f"/clients/{erased.pk}/effacer/", {"typed": "Zzcanari Jeanne"})
        client.post(f"/clients/{erased.pk}/effacer/", {"typed": "Zzcanari Jeanne"})
    assert Client.objects.get(pk=erased.pk).erased_at
    assert CANARY not in " ".join(str(vars(record)) for record in caplog.records).lower()


def test_copies_of_files_and_mails_that_name_the_person_go(
    director, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.DATA_DIR, settings.OUTBOX_DIR = tmp_path, tmp_path / "outbox"
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(settings.OUTBOX_DIR)
    (depot.folder() / depot.DONE / "factures.csv").write_text(TABLE)
    bodies = ("Bonjour Zzcanari,\n", "Bonjour Roux,\n")
    # A connection each, both alive: files are named by the second and by the connection's place in memory.
    mails = [
        EmailMessage("Nouvelles", body, "a@b.example", ["c@d.example"], connection=get_connection()) for body in bodies
    ]
    for mail in mails:
        mail.send()
    client = ClientFactory(name="Zzcanari")
    with django_capture_on_commit_callbacks(execute=True):
        erasure.erase(client=client, by=director)
    left = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != depot.README]
    assert [CANARY in path.read_text().lower() for path in left] == [False]


def test_every_text_about_clients_is_emptied_or_kept_for_a_reason():
    handled = {f"{one.model._meta.db_table}.{one.column}" for one in erasure.WORDS} | set(erasure.KEPT)
    whole = {"clients_client", "clients_contact", "campaigns_prospect"}  # emptied column by column, or gone
    missing = {
        name for model in apps.get_models() if names_a_client(model) and model._meta.db_table not in whole
        for name in texts_of(model)
    } - handled  # fmt: skip
    assert missing == set()


def test_every_text_of_a_client_is_emptied_or_kept_for_a_reason():
    own = {f"clients_client.{name}" for name in NAMING}
    assert set(texts_of(Client)) - own - set(erasure.KEPT) == set()


def names_a_client(model):
    return any(field.is_relation and field.related_model is Client for field in model._meta.concrete_fields) or any(
        one.model is model for one in erasure.WORDS
    )


def texts_of(model):
    kinds = (models.CharField, models.TextField, models.JSONField)
    for field in model._meta.concrete_fields:
        is_free = isinstance(field, kinds) and not field.choices and not isinstance(field, models.GeneratedField)
        if is_free and field.column != "segment":
            yield f"{model._meta.db_table}.{field.column}"
