"""The note of the month: to each of Direction, once a month, a link to the note of the month that ended.

It holds no figure and names no client: whoever reads the mail of somebody else learns nothing from it.
"""

import datetime as dt

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.shortcuts import resolve_url
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Firm, User
from accounts.roles import Role
from campaigns.allocation.working_days import working_days
from campaigns.models import MonthLetter
from campaigns.periodicals import MONTH, post
from segmentation.models import ScoringRun

FROM, UNTIL = dt.time(7, 30), dt.time(13)
LAST_DAYS = dt.timedelta(days=7)  # of a month: a run of one of them tells of the month


def due() -> dt.date | None:
    """The first day of the month to tell of, on a working morning in Paris; None at any other time."""
    now = timezone.localtime(timezone=timezone.get_default_timezone())
    is_working = bool(working_days(now.date(), now.date()))
    return now.date().replace(day=1) - relativedelta(months=1) if is_working and FROM <= now.time() < UNTIL else None


def send_due() -> int:
    """How many letters left: none while no run tells of the month, and none twice."""
    month = due()
    run = end_of(month) if month else None
    if month is None or run is None:
        return 0
    people = User.objects.active().with_role(Role.DIRECTION).filter(monthly_note=True).exclude(email="")
    waiting = people.exclude(month_letters__month=month).order_by("email")
    return sum(_send(person, month, run) for person in waiting)


def end_of(month: dt.date) -> ScoringRun | None:
    """The standing run of the last days of this month; None until there is one, which a later import may bring."""
    following = month + relativedelta(months=1)
    return ScoringRun.objects.standing().filter(as_of__gte=following - LAST_DAYS, as_of__lt=following).first()


def _send(person: User, month: dt.date, run: ScoringRun) -> bool:
    with translation.override(person.language):
        name = date_format(month, "F Y")
        words = {"month": name, "firm": Firm.current(), "address": settings.SITE_URL + resolve_url(run)}
        mail = MONTH.written(person, _("Note de direction : %(month)s") % {"month": name}, words)
    return post(mail, MonthLetter(person=person, month=month))
