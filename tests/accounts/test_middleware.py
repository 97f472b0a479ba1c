"""Every request: in whose language, under whose name, for which firm."""

import pytest
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.audit import acting_as
from accounts.middleware import AuditMiddleware, FirmMiddleware, LanguageMiddleware
from accounts.models import AuditEntry, Firm, User
from accounts.roles import Role
from tests.factories import ClientFactory, UserFactory

pytestmark = pytest.mark.django_db


def author_told_to_the_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.user_id', true)")
        return cursor.fetchone()[0] or None


def last_author():
    return AuditEntry.objects.values_list("user_id", flat=True)[0]


def test_the_journal_carries_the_author_of_a_request(client):
    chief, person = UserFactory(roles=[Role.DIRECTION]), UserFactory()
    client.force_login(chief)
    client.post(f"/reglages/equipe/{person.pk}/desactiver/", {"successor": ""})
    entry = AuditEntry.objects.filter(table="accounts_user", row_id=person.pk)[0]
    assert entry.changes == {"is_active": [True, False]}
    assert entry.user_id == chief.pk


def test_a_connection_used_again_never_carries_the_former_author(client):
    chief = UserFactory(roles=[Role.DIRECTION])
    client.force_login(chief)
    client.post("/reglages/entreprise/", {"name": "Fabre", "revenue_word": "ca", "owner_word": "commercial"})
    assert last_author() == chief.pk
    assert author_told_to_the_database() is None
    UserFactory()
    assert last_author() is None


def test_a_request_that_crashes_leaves_no_author_behind(rf):
    request = rf.post("/")
    request.user = UserFactory()

    def crash(request):
        assert author_told_to_the_database() == str(request.user.pk)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        AuditMiddleware(crash)(request)
    assert author_told_to_the_database() is None


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_change_leaves_no_author_behind():
    from django.db import transaction

    person = UserFactory()
    with pytest.raises(RuntimeError), transaction.atomic(), acting_as(person):
        raise RuntimeError
    assert author_told_to_the_database() is None


def test_somebody_acting_for_somebody_else_gives_the_name_back():
    one, other = UserFactory(), UserFactory()
    customer = ClientFactory()
    with acting_as(one):
        with acting_as(other):
            type(customer).objects.update(owner=other)
            assert last_author() == other.pk
        type(customer).objects.update(owner=one)
        assert last_author() == one.pk
    assert author_told_to_the_database() is None


def test_reading_announces_nobody(rf, django_assert_num_queries):
    request = rf.get("/")
    request.user = UserFactory()
    with django_assert_num_queries(0):
        AuditMiddleware(lambda request: HttpResponse())(request)


@pytest.mark.parametrize(
    ("asked", "spoken"), [("en-GB,en;q=0.8", "en"), ("de", "fr"), ("", "fr"), ("fr-CA", "fr"), ("../../etc", "fr")]
)
def test_a_stranger_reads_the_language_of_the_browser_else_french(client, asked, spoken):
    page = client.get("/connexion/", headers={"accept-language": asked})
    assert page["Content-Language"] == spoken
    assert f'lang="{spoken}"' in page.content.decode()
    assert "Accept-Language" in page["Vary"]


def test_a_known_person_reads_the_language_they_chose(client):
    client.force_login(UserFactory(language="en"))
    page = client.get("/reglages/compte/", headers={"accept-language": "fr"})
    assert page["Content-Language"] == "en"


def test_one_request_never_speaks_the_language_of_the_former(client):
    client.force_login(UserFactory(language="en"))
    client.get("/reglages/compte/")
    assert get_language() == "fr"


def test_what_is_streamed_is_in_the_language_of_its_reader(rf):
    request = rf.get("/")
    request.user = User(language="en", pk=1)
    response = LanguageMiddleware(lambda request: StreamingHttpResponse(get_language() for _line in range(2)))(request)
    assert b"".join(response.streaming_content) == b"enen"
    assert get_language() == "fr"


def test_the_firm_is_read_once_a_request_and_afresh_in_the_next(rf, django_assert_num_queries):
    names = []

    def page(request):
        names.append((str(request.firm), str(Firm.current())))
        return HttpResponse()

    with django_assert_num_queries(1):
        FirmMiddleware(page)(rf.get("/"))
    Firm.objects.create(pk=Firm.ONLY, name="Fabre")
    FirmMiddleware(page)(rf.get("/"))
    assert names == [(_("Votre entreprise"), _("Votre entreprise")), ("Fabre", "Fabre")]
