"""Who is a client and who is none, as somebody judged: in this import, or once and for all."""

from clients.imports.plan import Plan
from clients.models import IdentityDecision

Verdict = IdentityDecision.Verdict


def known(plan: Plan) -> dict[str, bool]:
    """Folded names that were judged: true for a client, false for what is none. The plan prevails."""
    judged = IdentityDecision.objects.filter(other="").values_list("name", "verdict")
    found = {name: verdict == Verdict.SOMEBODY for name, verdict in judged}
    return found | dict.fromkeys(plan.nobodies, False) | dict.fromkeys(plan.somebodies, True)
