import pytest
from django.test import RequestFactory

from accounts.roles import Role
from cockpit import errors
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of():
    def make(user=None):
        request = RequestFactory().get("/ailleurs/")
        request.user = user or UserFactory(roles=[Role.COMMERCIAL])
        request.id = "a1b2c3"
        return request

    return make


@pytest.mark.parametrize("page", [errors.bad_request, errors.forbidden, errors.not_found])
def test_an_error_page_names_the_line_of_the_log_and_offers_a_way_out(request_of, page):
    html = page(request_of(), PermissionError("x")).content.decode()
    assert "a1b2c3" in html
    assert 'href="/"' in html


def test_a_refusal_says_who_can_grant(request_of):
    response = errors.forbidden(request_of(), None)
    assert response.status_code == 403
    assert "La Direction et l’Administrateur peuvent l’accorder" in response.content.decode()


def test_an_expired_form_says_that_nothing_was_saved(request_of):
    response = errors.csrf_failed(request_of(), reason="no cookie")
    assert response.status_code == 403
    assert "Rien n’a été enregistré" in response.content.decode()


def test_a_failure_is_told_without_the_database(request_of, django_assert_num_queries):
    request = request_of()
    with django_assert_num_queries(0):
        response = errors.server_error(request)
    assert response.status_code == 500
    assert "a1b2c3" in response.content.decode()


def test_a_request_without_a_mark_gets_one_that_the_log_knows(request_of, caplog):
    request = request_of()
    del request.id
    errors.not_found(request, None)
    assert request.id in caplog.text
