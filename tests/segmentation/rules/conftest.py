import pytest

from tests.factories import ClientFactory
from tests.segmentation.rules.facts import ago, bought


@pytest.fixture
def client(db):
    return ClientFactory()


@pytest.fixture
def history(db):
    """Somebody else who bought long ago: history is two years old."""
    bought(ClientFactory(), ago(months=30))
