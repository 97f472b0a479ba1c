"""Addresses of lists of clients within one portfolio: what every figure of the dashboard leads to."""

from collections.abc import Iterable

from django.urls import reverse

from cockpit.scope import PARAMETER, Scope
from segmentation.models import Tier

WHOLE_LIST = "vue="  # said aloud: a bare address opens with the view that its reader prefers


class Links:
    """Lists of the clients of this portfolio, narrowed by these filters too. `narrowing` ends an address that already
    has a parameter."""

    def __init__(self, scope: Scope, also: Iterable[tuple[str, str]] = ()):
        is_narrowed = scope.owner_id is not None and bool(scope.choices)
        self.narrowing = f"&{PARAMETER}={scope.key}" if is_narrowed else ""
        self.narrowing += "".join(f"&{name}={value}" for name, value in also)

    @property
    def clients(self) -> str:
        return reverse("cockpit:client-list")

    def of(self, query: str) -> str:
        """The list of clients with these parameters."""
        return self._narrowed(self.clients, query)

    def calls(self, query: str = "") -> str:
        """The list of clients at risk with these parameters."""
        return self._narrowed(reverse("cockpit:at-risk"), query)

    @property
    def everybody(self) -> str:
        return self.of("")

    @property
    def ranked(self) -> str:
        """Those with a positive revenue: every tier."""
        return self.of("&".join(f"palier={letter}" for letter in Tier.values))

    @property
    def top(self) -> str:
        return self.of(f"palier={Tier.A}")

    @property
    def at_risk(self) -> str:
        return self.calls()

    def _narrowed(self, address: str, query: str) -> str:
        parameters = (query + self.narrowing).lstrip("&")
        return f"{address}?{parameters or WHOLE_LIST}"
