"""Fiabilité: the method tried on a past date. The page reads what is stored; who manages the rules may ask for more.

Its figures are those of the whole firm: it opens to who sees all clients.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import required
from accounts.models import Firm, User
from accounts.roles import Right
from clients.figures import days
from cockpit import charts
from segmentation import opportunity_words
from segmentation import trust as words
from segmentation.backtest import MONTHS, OutcomeUnknown
from segmentation.models import Backtest
from segmentation.scoring import NoFacts
from segmentation.tasks import make_backtests
from segmentation.trials import ask, month_ends, newest_month_end

STOP_POLLING = 286  # htmx: show this answer and ask no more
DURATIONS = (3, 6, 12)
MOST_DATES = 36


@required(Right.SEE_ALL_CLIENTS)
@require_safe
def trust(request: HttpRequest) -> HttpResponse:
    """The stored trial that the address names, the newest when it names none; htmx gets how far it is."""
    page = Page(request.user, request.GET)
    if request.htmx and not request.htmx.history_restore_request:
        response = render(request, "cockpit/trust/_waiting.html", {"page": page})
        if not page.is_waiting:
            response.status_code = STOP_POLLING
            response["HX-Redirect"] = request.get_full_path()
        return response
    return render(request, "cockpit/trust.html", {"page": page})


@require_POST
@required(Right.MANAGE_RULES)
def try_method(request: HttpRequest) -> HttpResponse:
    """Asks for the trial of this date and duration; the same asked again changes nothing."""
    as_of, months = asked_date(request.POST), asked_months(request.POST) or MONTHS
    try:
        trial = ask(as_of=as_of, months=months, by=request.user)
    except (NoFacts, OutcomeUnknown) as error:
        messages.error(request, str(error))
        return redirect("cockpit:trust")
    if trial.status == Backtest.Status.QUEUED:
        make_backtests.delay_on_commit()
    return redirect(address(trial.as_of, trial.months))


def asked_date(asked: QueryDict) -> dt.date | None:
    """The date that the parameter `au` names; None for anything else."""
    try:
        return dt.date.fromisoformat(asked.get("au", ""))
    except ValueError:
        return None


def asked_months(asked: QueryDict) -> int | None:
    """The months that the parameter `mois` names; None for anything else."""
    text = asked.get("mois", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else None


def address(as_of: dt.date, months: int) -> str:
    return f"{reverse('cockpit:trust')}?au={as_of.isoformat()}&mois={months}"


@dataclass(frozen=True)
class Row:
    """One tier, segment or reason: how many, how many of whom it is said, and amounts before and after, in euros HT."""

    key: str
    clients: int
    share: Decimal | None
    bar: str
    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)
    share_before: Decimal | None = None
    share_after: Decimal | None = None


class Page:
    """What the page shows of one trial, and the other dates and durations that may be chosen."""

    def __init__(self, user: User, asked: QueryDict):
        self.may_try = user.may(Right.MANAGE_RULES)
        self.told = list(Backtest.objects.told())
        as_of, months = asked_date(asked), asked_months(asked)
        newest = self.told[0] if self.told else None
        self.as_of = as_of or (newest.as_of if newest else newest_month_end())
        self.months = months or (newest.months if newest and not as_of else MONTHS)
        same = Backtest.objects.filter(as_of=self.as_of, months=self.months)
        self.trial = next((one for one in self.told if (one.as_of, one.months) == (self.as_of, self.months)), None)
        self.is_waiting = same.under_way().exists()
        self.failure = None if self.trial or self.is_waiting else same.order_by("-id").first()

    @cached_property
    def _open_dates(self) -> list[dt.date]:
        return month_ends()[:MOST_DATES]

    @property
    def dates(self) -> list[dt.date]:
        """The dates that may be chosen, newest first: those of stored trials, and month-ends with facts around them."""
        stored = {one.as_of for one in self.told}
        return sorted({*stored, *self._open_dates, *([self.as_of] if self.as_of else [])}, reverse=True)

    @property
    def durations(self) -> list[int]:
        return sorted({*DURATIONS, self.months, *(one.months for one in self.told)})

    # --- The trial in words

    @property
    def headline(self) -> str:
        return words.headline(self.trial)

    @property
    def verdict(self) -> str:
        return words.verdict(self.trial)

    @property
    def tone(self) -> str:
        """The class of the callout: what went well and what did not are not said in the same colour."""
        return {words.Verdict.BETTER: "success", words.Verdict.WORSE: "warning"}.get(
            words.verdict_of(self.trial), "info"
        )

    @property
    def details(self) -> list[str]:
        said = [words.against_chance(self.trial), words.in_euros(self.trial), words.reach(self.trial)]
        return [sentence for sentence in said if sentence]

    @property
    def order_kept(self) -> str:
        return words.order_kept(self.trial)

    @property
    def of_offers(self) -> list[str]:
        """What the same trial says of opportunities; nothing where the firm does not show them."""
        return opportunity_words.trial_sentences(self.trial) if Firm.current().shows(Firm.Part.OPPORTUNITIES) else []

    # --- The trial in figures

    @property
    def offer_rivals(self) -> list[tuple[str, dict]]:
        """The three ways of proposing services, ours first."""
        found = self.figures["opportunities"]
        return [
            (_("Clients semblables"), found),
            (_("Le plus répandu"), found["popular"]),
            (_("Au hasard"), found["chance"]),
        ]

    @property
    def figures(self) -> dict:
        return self.trial.figures

    @cached_property
    def rivals(self) -> list[tuple[str, dict]]:
        """The three ways of raising alarms, ours first; none when nobody was flagged."""
        found = self.figures
        if not found["at_risk"]["n"]:
            return []
        rule = _("Sans achat depuis %(days)s") % {"days": days(found["naive"]["days"])}
        return [(_("Signalés à risque"), found["at_risk"]), (rule, found["naive"]), (_("Au hasard"), found["chance"])]

    @property
    def chart(self) -> charts.Lanes:
        tones = ["seg-at-risk", "seg-dormant", "seg-lost"]
        shares = [
            (label, tone, _decimal(rival["precision"])) for (label, rival), tone in zip(self.rivals, tones, strict=True)
        ]
        low, high = self.figures["at_risk"]["interval"]
        return charts.lanes(shares, [(_decimal(low), _decimal(high))])

    @property
    def tiers(self) -> list[Row]:
        return self._rows("tiers", "tier")

    @property
    def segments(self) -> list[Row]:
        return self._rows("segments", "segment")

    @property
    def reasons(self) -> list[Row]:
        rows = ((row, _decimal(row["precision"])) for row in self.figures["reasons"])
        return [Row(words.reason_label(row["reason"]), row["n"], share, _bar(share)) for row, share in rows]

    @cached_property
    def total_after(self) -> Decimal:
        """All that was invoiced afterwards, by whoever: what the shares of each are shares of."""
        parts = [*self.figures["tiers"], self.figures["newcomers"], self.figures["left_out"]]
        return sum((Decimal(part["revenue_after"]) for part in parts), Decimal(0))

    def _rows(self, name: str, key: str) -> list[Row]:
        found = self.figures[name]
        before = sum((Decimal(row["revenue_before"]) for row in found), Decimal(0))
        return [self._row(row, row[key], before) for row in found]

    def _row(self, row: dict, key: str, total_before: Decimal) -> Row:
        share = Decimal(row["bought_again"]) / row["clients"]
        before, after = Decimal(row["revenue_before"]), Decimal(row["revenue_after"])
        return Row(
            key=key,
            clients=row["clients"],
            share=share,
            bar=_bar(share),
            before=before,
            after=after,
            share_before=before / total_before if total_before > 0 else None,
            share_after=after / self.total_after if self.total_after > 0 else None,
        )


def _bar(share: Decimal) -> str:
    return charts.bar(share, Decimal(1))


def _decimal(value: float) -> Decimal:
    return Decimal(str(value))
