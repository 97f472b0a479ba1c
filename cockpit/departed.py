"""Clients who left: validating it and taking it back on a client's page, and the list of those gone, by motive."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Count, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import required
from accounts.models import Export, Firm, User
from accounts.roles import Right
from campaigns import leaving
from clients.downloads import FORMATS, download
from clients.figures import day
from clients.models import Client, ClientDeparture
from cockpit.calls import back, told
from cockpit.forms import DepartureForm

PAGE = 50
MOTIVE = "motif"


@dataclass(frozen=True)
class MotiveShare:
    """The clients gone for one motive: how many, and what they brought in their last year, euros HT."""

    key: str
    label: str
    clients: int
    revenue: Decimal


class Departed:
    """The departures that one address of the list shows: those of a portfolio, of one motive when it names one."""

    def __init__(self, user: User, params: QueryDict):
        self.params = params
        self.standing = ClientDeparture.objects.standing().visible_to(user).with_revenue()

    @property
    def motive(self) -> str:
        asked = self.params.get(MOTIVE, "")
        return asked if asked in ClientDeparture.Motive.values else ""

    @cached_property
    def found(self):
        chosen = self.standing.filter(motive=self.motive) if self.motive else self.standing
        return chosen.select_related("client__owner", "recorded_by")

    @cached_property
    def page(self) -> Page:
        return Paginator(self.found, PAGE).get_page(self.params.get("page"))

    @cached_property
    def shares(self) -> list[MotiveShare]:
        """Each motive that somebody left for, the dearest first."""
        rows = self.standing.order_by().values("motive").annotate(clients=Count("pk"), total=Sum("revenue"))
        labels = dict(ClientDeparture.Motive.choices)
        made = [MotiveShare(row["motive"], str(labels[row["motive"]]), row["clients"], row["total"]) for row in rows]
        return sorted(made, key=lambda one: (-one.revenue, one.label))

    @property
    def clients(self) -> int:
        return sum(one.clients for one in self.shares)

    @property
    def revenue(self) -> Decimal:
        return sum((one.revenue for one in self.shares), Decimal(0))


@require_safe
def departed_list(request: HttpRequest) -> HttpResponse:
    """The clients gone among those of this person, the last to leave first."""
    sheet = Departed(request.user, request.GET)
    context = {
        "sheet": sheet,
        "may_export": request.user.may(Right.EXPORT),
        "may_record": request.user.may(Right.RECORD_ACTIONS),
    }
    return render(request, "cockpit/departed.html", context)


@require_POST
@required(Right.RECORD_ACTIONS)
def validate_departure(request: HttpRequest, pk: int) -> HttpResponse:
    """Says that this client left, when and why."""
    client = get_object_or_404(Client.objects.visible_to(request.user), pk=pk)
    form = DepartureForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError([error for errors in form.errors.values() for error in errors])
        data = form.cleaned_data
        departure = leaving.leave(
            client=client,
            left_on=data["left_on"],
            motive=data["motive"],
            note=data["departure_note"],
            by=request.user,
        )
    except ValidationError as error:
        told(request, error)
        return back(request)
    words = {"client": client.name, "day": day(departure.left_on)}
    undo = reverse("cockpit:take-back-departure", args=[departure.pk])
    messages.success(request, _("%(client)s : départ validé au %(day)s.") % words, extra_tags=undo)
    return back(request)


@require_POST
@required(Right.RECORD_ACTIONS)
def take_back_departure(request: HttpRequest, pk: int) -> HttpResponse:
    """Makes the client one again; a second click changes nothing."""
    seen = ClientDeparture.objects.visible_to(request.user).select_related("client")
    departure = get_object_or_404(seen, pk=pk)
    leaving.take_back(departure=departure, by=request.user)
    messages.success(request, _("%(client)s est de nouveau client.") % {"client": departure.client.name})
    return back(request)


@require_POST
@required(Right.EXPORT)
def export_departed(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """The clients gone that this address shows, as a file; who and what is journaled."""
    if file_format not in FORMATS:
        raise Http404
    sheet = Departed(request.user, request.GET)
    Export.objects.create(
        name="clients-partis",
        filters=f"{MOTIVE}={sheet.motive}" if sheet.motive else "",
        file_format=file_format,
        row_count=sheet.found.count(),
        exported_by=request.user,
    )
    columns = _columns()
    rows = ([value(one) for _label, value in columns] for one in sheet.found.iterator(chunk_size=1000))
    headings = [label for label, _value in columns]
    return download(name="clients-partis", file_format=file_format, headings=headings, rows=rows, title=_("Départs"))


def _columns() -> list[tuple[str, Callable[[ClientDeparture], object]]]:
    """The columns of the file: what each is called, and what it holds."""
    firm = Firm.current()
    return [
        (_("Code"), lambda one: one.client.code),
        (_("Client"), lambda one: one.client.name),
        (firm.owner, lambda one: str(one.client.owner or "")),
        (_("Parti le"), lambda one: one.left_on),
        (_("Motif"), lambda one: str(one.get_motive_display())),
        (_("Précision"), lambda one: one.note),
        (_("%(revenue)s de la dernière année") % {"revenue": firm.revenue}, lambda one: one.revenue),
        (_("Validé par"), lambda one: str(one.recorded_by)),
    ]
