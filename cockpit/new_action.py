"""A new action by hand: the client is looked for by name or code, then what, when and by whom."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.access import required
from accounts.hierarchy import led_by
from accounts.roles import Right
from campaigns import actions
from clients.figures import day
from clients.folding import fold
from clients.models import Client
from cockpit.forms import PlanForm

MOST_FOUND = 8


class NewActionForm(PlanForm):
    """Something to do for a client found by name or code; `chosen` is one of several that the words found."""

    who = forms.CharField(label=gettext_lazy("Client (nom ou code)"), max_length=255)
    chosen = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)
    field_order = ("who", "chosen", "kind", "service", "due_on", "assignee", "origin")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        people = [(str(one.pk), str(one)) for one in led_by(self.user)]
        self.fields["assignee"].widget = forms.Select(choices=people) if len(people) > 1 else forms.HiddenInput()
        self.initial.setdefault("assignee", str(self.user.pk))
        self.initial.setdefault("due_on", timezone.localdate())
        self.found: list[Client] = []

    def clean(self):
        data = super().clean()
        if data.get("who"):
            data["client"] = self._client(data["who"].strip(), data.get("chosen"))
        return data

    def _client(self, words: str, chosen: int | None) -> Client | None:
        """The client of these words among those that this person sees; several are kept in `found`."""
        seen = Client.objects.visible_to(self.user)
        exact = Q(code=words) | Q(sort_name=fold(words))
        found = list(seen.filter(pk=chosen)) if chosen else list(seen.filter(exact)[: MOST_FOUND + 1])
        found = found or list(seen.filter(search_text__contains=fold(words)).order_by("sort_name")[: MOST_FOUND + 1])
        if len(found) == 1:
            return found[0]
        self.found = found[:MOST_FOUND]
        self.add_error("who", _("Plusieurs clients : choisissez.") if found else _("Aucun client sous ces mots."))
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@required(Right.RECORD_ACTIONS)
def new_action(request: HttpRequest) -> HttpResponse:
    """The form, then the action planned for the client found."""
    form = NewActionForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            action = actions.plan(
                client=data["client"],
                assignee=data["assignee"] or data["client"].owner or request.user,
                due_on=data["due_on"],
                kind=data["kind"],
                service=data["service"],
                by=request.user,
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            words = {"kind": action.get_kind_display(), "day": day(action.due_on), "name": action.assignee}
            messages.success(request, _("%(kind)s prévu pour le %(day)s par %(name)s.") % words)
            return redirect("cockpit:action-list")
    return render(request, "cockpit/new_action.html", {"form": form}, status=422 if form.errors else 200)
