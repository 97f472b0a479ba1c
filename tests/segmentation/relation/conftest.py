import pytest

from accounts.roles import Role
from segmentation.models import QUESTIONS
from tests.factories import UserFactory


@pytest.fixture
def director(db):
    return UserFactory(roles=[Role.DIRECTION], last_name="Vidal")


@pytest.fixture
def claire(db):
    return UserFactory(last_name="Fabre")


@pytest.fixture
def every():
    """The same answer to every question."""
    return lambda answer, **others: {**dict.fromkeys(QUESTIONS, answer), **others}
