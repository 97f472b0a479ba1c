"""Réglages › Équipe: who is here, with which rights; letting people in, and out without losing what they followed."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import invitations, team
from accounts.access import required
from accounts.forms import InvitationForm, PersonForm
from accounts.models import Firm, Invitation, User
from accounts.roles import Right, Role
from campaigns import departures


class DepartureForm(forms.Form):
    """Who takes over."""

    successor = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("Ses clients et ses actions ouvertes vont à"),
        required=False,
        empty_label=gettext_lazy("Personne pour l’instant : les répartir plus tard"),
    )

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["successor"].queryset = User.objects.active().exclude(pk=person.pk)


@required(Right.MANAGE_USERS)
@require_safe
def team_list(request):
    people = User.objects.select_related("manager").annotate(
        clients_count=Count("clients", distinct=True),
        open_actions=Count("actions", filter=Q(actions__done_at=None), distinct=True),
    )
    rows = [
        {"person": person, "roles": _labels(person.roles), "may_manage": team.may_manage(request.user, person)}
        for person in people.order_by("-is_active", "last_name", "first_name", "email")
    ]
    waiting = [
        {"invitation": invitation, "roles": _labels(invitation.roles), "may_revoke": _may_revoke(request, invitation)}
        for invitation in Invitation.objects.open().select_related("invited_by")
    ]
    return render(request, "cockpit/team/list.html", {"rows": rows, "waiting": waiting, "firm": Firm.current()})


@required(Right.MANAGE_USERS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invite(request):
    """GET asks whom; POST makes the invitation and shows its link, this once."""
    form = InvitationForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            invitation, token = invitations.invite(**form.cleaned_data, by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            sent = invitations.send(invitation, token)
            context = {"invitation": invitation, "link": invitations.link(token), "is_sent": sent}
            return render(request, "cockpit/team/invited.html", context)
    return render(request, "cockpit/team/invite.html", {"form": form})


@required(Right.MANAGE_USERS)
@require_POST
def revoke_invitation(request, pk):
    invitations.revoke(invitation=get_object_or_404(Invitation.objects.open(), pk=pk), by=request.user)
    messages.success(request, _("Invitation reprise : son lien ne fonctionne plus."))
    return redirect("cockpit:team")


@required(Right.MANAGE_USERS)
@require_http_methods(["GET", "HEAD", "POST"])
def person(request, pk):
    """GET shows an account to change, POST changes it."""
    found = _manageable(request, pk)
    form = PersonForm(request.POST or None, by=request.user, person=found)
    if request.method == "POST" and form.is_valid():
        try:
            team.change(person=found, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Le compte de %(name)s est enregistré.") % {"name": found})
            return redirect("cockpit:team")
    return render(request, "cockpit/team/person.html", {"person": found, "form": form})


@required(Right.MANAGE_USERS)
@require_http_methods(["GET", "HEAD", "POST"])
def deactivate_person(request, pk):
    """GET says what would go to whom, POST does it."""
    leaver = _manageable(request, pk)
    form = DepartureForm(request.POST or None, person=leaver)
    if request.method == "POST" and form.is_valid():
        try:
            departure = departures.depart(person=leaver, successor=form.cleaned_data["successor"], by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _departed(leaver, departure))
            return redirect("cockpit:team")
    counts = {"clients": leaver.clients.count(), "actions": leaver.actions.filter(done_at=None).count()}
    return render(request, "cockpit/team/deactivate.html", {"person": leaver, "form": form, **counts})


@required(Right.MANAGE_USERS)
@require_POST
def reactivate_person(request, pk):
    found = team.reactivate(person=_manageable(request, pk), by=request.user)
    messages.success(request, _("Le compte de %(name)s est de nouveau actif.") % {"name": found})
    return redirect("cockpit:team")


def _manageable(request, pk):
    found = get_object_or_404(User.objects.select_related("manager"), pk=pk)
    if not team.may_manage(request.user, found):
        raise PermissionDenied
    return found


def _may_revoke(request, invitation):
    return Role.DIRECTION not in invitation.roles or Role.DIRECTION in request.user.roles


def _labels(roles):
    return [Role(role).label for role in roles]


def _departed(leaver, departure):
    clients = ngettext("%(n)s client", "%(n)s clients", departure.clients) % {"n": departure.clients}
    return _("%(name)s n’a plus accès. Confié à d’autres : %(clients)s, et ses actions ouvertes à %(heir)s.") % {
        "name": leaver,
        "clients": clients,
        "heir": departure.heir,
    }
