import pytest

from accounts.models import Firm
from accounts.roles import Role
from tests.factories import UserFactory


@pytest.fixture
def direction(client):
    """Somebody who may change the rules, logged in, of a firm that shows segments."""
    Firm.objects.create(pk=Firm.ONLY, name="Cabinet Fabre", parts=[Firm.Part.RFM])
    chief = UserFactory(roles=[Role.DIRECTION], first_name="Jeanne", last_name="Roux")
    client.force_login(chief)
    return chief
