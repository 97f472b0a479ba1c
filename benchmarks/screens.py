"""Server time and number of queries of the pages that people open every day, by who sees all and who sees theirs."""

import statistics
import time
from decimal import Decimal
from typing import NamedTuple

from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import User
from benchmarks import load
from campaigns import prospecting
from campaigns.allocation import planning
from campaigns.models import Prospect
from segmentation import opportunities, portrait
from segmentation.models import Offering, PeerGroup, ScoringRun

PAGES = {
    "dashboard": "/",
    "clients": "/clients/",
    "at-risk": "/a-risque/",
    "matrix": "/opportunites/",
    "note": "/rapports/",
}
MOST_MS = dict.fromkeys(
    ("matrix", "cell", "note", "prospects", "prospect", "portrait", "plan", "follow-up"), 150
)  # p95
PEOPLE = {"direction": "direction@bench.example", "salesperson": "commercial0@bench.example"}
CLOSED = {("note", "salesperson")}  # who has no such page
WARM_UPS = 3


class Served(NamedTuple):
    """One page for one person, in milliseconds; `first` is the first request after a scoring, its cache empty."""

    page: str
    person: str
    first: float
    p50: float
    p95: float
    queries: int


class Counted:
    """How many queries went by."""

    def __init__(self) -> None:
        self.queries = 0

    def __call__(self, execute, sql, params, many, context):
        self.queries += 1
        return execute(sql, params, many, context)


def measure(requests: int) -> list[Served]:
    """Each page for each person, by the test client: Django and PostgreSQL, without network or web server."""
    opportunities.catch_up()
    portrait.catch_up()
    load.fill_prospects()
    prospecting.score()
    plan = _a_plan()
    with connection.cursor() as cursor:
        tables = ("segmentation_score", "campaigns_prospect", "campaigns_plannedcontact", *opportunities.TABLES)
        cursor.execute(f"VACUUM ANALYZE {', '.join(tables)}")  # as autovacuum does within the minute
    collect_static()
    pages = PAGES | {"cell": largest_cell(), "prospects": "/prospects/"}
    served = [
        _served(page, path, person, requests)
        for page, path in pages.items()
        for person in PEOPLE
        if (page, person) not in CLOSED
    ]
    served += [_served("prospect", _a_prospect(person), person, requests) for person in PEOPLE]
    alone = {"portrait": "/prospects/portrait/"} | plan
    return [*served, *(_served(page, path, "direction", requests) for page, path in alone.items())]


def _a_prospect(person: str) -> str:
    """The address of the prospect that this person would call first."""
    seen = Prospect.objects.visible_to(User.objects.get(email=PEOPLE[person]))
    return f"/prospects/{seen.order_by('-points', 'pk').first().pk}/"


def _a_plan() -> dict[str, str]:
    """The addresses of a plan of this quarter, adopted, and of what became of it."""
    director, today = User.objects.get(email=PEOPLE["direction"]), timezone.localdate()
    first = planning.first_day_of_quarter(today)
    plan = planning.make(name="Plan", starts_on=first, budget=Decimal(50_000), preset="article", by=director)
    planning.adopt(plan=plan, by=director, today=first)
    return {"plan": f"/allocation/{plan.pk}/", "follow-up": f"/allocation/{plan.pk}/suivi/"}


def largest_cell() -> str:
    """The address of the cell of the matrix with most clients: the largest segment, without the rarest service."""
    run = ScoringRun.objects.latest_at()
    groups = PeerGroup.objects.filter(run=run).values_list("segment").annotate(size=Sum("clients")).order_by("-size")
    rarest = Offering.objects.filter(run=run, service__isnull=False).order_by("holders", "pk").first()
    return f"/opportunites/segment-{groups[0][0]}/{rarest.service_id}/"


def collect_static() -> None:
    """Pages name their files by digest, and are not served without."""
    call_command("collectstatic", interactive=False, verbosity=0)


def _served(page: str, path: str, person: str, requests: int) -> Served:
    browser = Browser(SERVER_NAME="localhost")
    browser.force_login(User.objects.get(email=PEOPLE[person]))
    for _ in range(WARM_UPS):
        get(browser, path)
    cache.clear()
    first = get(browser, path)
    counted = Counted()
    with connection.execute_wrapper(counted):
        get(browser, path)
    times = sorted(get(browser, path) for _ in range(requests))
    p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
    return Served(page, person, first, statistics.median(times), p95, counted.queries)


def get(browser: Browser, path: str) -> float:
    """The milliseconds of one request. Raises RuntimeError when it is not served."""
    started = time.perf_counter()
    response = browser.get(path)
    elapsed = (time.perf_counter() - started) * 1_000
    if response.status_code != 200:
        raise RuntimeError(f"{path} answered {response.status_code}")
    return elapsed
