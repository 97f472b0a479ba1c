"""Areas: which département a postcode belongs to."""

import pytest

from clients.areas import area_name, area_of


@pytest.mark.parametrize(
    ("postcode", "area"),
    [("12000", "12"), ("01400", "01"), ("97400", "974"), ("20090", "20"), ("1200", ""), ("AB123", ""), ("", "")],
)
def test_a_postcode_names_its_area(postcode, area):
    assert area_of(postcode) == area


def test_an_area_is_said_with_its_number_and_an_unknown_one_alone():
    assert area_name("12") == "Aveyron (12)"
    assert area_name("96") == "96"
