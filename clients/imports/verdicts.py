"""Who is a client and who is none, which service is which, as somebody judged: in this import, or once and for all."""

from accounts.models import User
from clients.imports.plan import Plan
from clients.models import IdentityDecision, Service, ServiceAlias

Verdict = IdentityDecision.Verdict


def known(plan: Plan) -> dict[str, bool]:
    """Folded names that were judged: true for a client, false for what is none. The plan prevails."""
    judged = IdentityDecision.objects.filter(other="").values_list("name", "verdict")
    found = {name: verdict == Verdict.SOMEBODY for name, verdict in judged}
    return found | dict.fromkeys(plan.nobodies, False) | dict.fromkeys(plan.somebodies, True)


def different() -> set[tuple[str, str]]:
    """Pairs of folded names that somebody found to be two clients."""
    pairs = IdentityDecision.objects.filter(verdict=Verdict.DIFFERENT).values_list("name", "other")
    return set(pairs)


def write(plan: Plan, *, by: User | None) -> None:
    """Remember for later imports what was judged in this one; the last word stands."""
    rows = [(name, "", Verdict.NOBODY) for name in plan.nobodies]
    rows += [(name, "", Verdict.SOMEBODY) for name in plan.somebodies]
    rows += [(low, high, Verdict.DIFFERENT) for low, high in plan.different]
    IdentityDecision.objects.bulk_create(
        [IdentityDecision(name=name, other=other, verdict=verdict, decided_by=by) for name, other, verdict in rows],
        update_conflicts=True,
        unique_fields=["name", "other"],
        update_fields=["verdict", "decided_by", "decided_at"],
    )


def write_aliases(plan: Plan, *, by: User | None) -> None:
    """Remember the services that names of the files were found to be."""
    known = set(Service.objects.filter(pk__in=plan.services.values()).values_list("pk", flat=True))
    ServiceAlias.objects.bulk_create(
        [
            ServiceAlias(name=name[:160], service_id=service, decided_by=by)
            for name, service in plan.services.items()
            if service in known
        ],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["service", "decided_by", "decided_at"],
    )
