"""Le playbook: what to do for each segment, read by all, written by who keeps it, taken back to the original."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import required
from accounts.roles import Right
from campaigns import playbook
from campaigns.models import Play
from campaigns.playbook import PLACEHOLDERS, TEXTS, Page

MOST_POINTS, LONGEST_POINT = 6, 200


class PlayForm(forms.ModelForm):
    """One segment of the playbook; what to say is a point a line."""

    talking_points = forms.CharField(
        label=_("Que dire"), widget=forms.Textarea(attrs={"rows": 4}), help_text=_("Une phrase par ligne, six au plus.")
    )

    class Meta:
        model = Play
        fields = ["objective", "actor", "talking_points", "offer", "frequency", "script"]
        widgets = {
            "offer": forms.Textarea(attrs={"rows": 3, "maxlength": 600}),
            "script": forms.Textarea(attrs={"rows": 8, "maxlength": 2000}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        known = ", ".join("{" + name + "}" for name in PLACEHOLDERS)
        self.fields["script"].help_text = _now("Ces champs sont remplis pour chaque client : %(known)s.") % {
            "known": known
        }

    def clean_talking_points(self) -> list[str]:
        points = [line.strip() for line in self.cleaned_data["talking_points"].splitlines() if line.strip()]
        if len(points) > MOST_POINTS or any(len(point) > LONGEST_POINT for point in points):
            raise ValidationError(_now("Six phrases au plus, de 200 caractères au plus : gardez l’essentiel."))
        return points


@require_safe
def playbook_list(request: HttpRequest) -> HttpResponse:
    """The eleven segments, each in a line."""
    return render(request, "cockpit/playbook/list.html", {"pages": playbook.pages()})


@require_safe
def play(request: HttpRequest, slug: str) -> HttpResponse:
    """One segment, in full."""
    context = {
        "page": _page(slug),
        "history": playbook.history_of(slug),
        "may_manage": request.user.may(Right.MANAGE_PLAYBOOK),
    }
    return render(request, "cockpit/playbook/page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@required(Right.MANAGE_PLAYBOOK)
def edit_play(request: HttpRequest, slug: str) -> HttpResponse:
    """The form of one segment."""
    page = _page(slug)
    initial = {name: getattr(page, name) for name in TEXTS} | {"talking_points": "\n".join(page.talking_points)}
    form = PlayForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        texts, points = form.cleaned_data, form.cleaned_data["talking_points"]
        try:
            playbook.write(slug=slug, texts=texts, talking_points=points, by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _now("Segment %(name)s : le playbook est enregistré.") % {"name": page.name})
            return redirect("cockpit:play", slug=slug)
    context = {"page": page, "form": form}
    return render(request, "cockpit/playbook/edit.html", context, status=422 if form.errors else 200)


@require_POST
@required(Right.MANAGE_PLAYBOOK)
def restore_play(request: HttpRequest, slug: str) -> HttpResponse:
    """Gives the original text back; a second click changes nothing."""
    page = _page(slug)
    playbook.restore(slug=slug, by=request.user)
    messages.success(request, _now("Segment %(name)s : le texte d’origine est revenu.") % {"name": page.name})
    return redirect("cockpit:play", slug=slug)


def _page(slug: str) -> Page:
    page = playbook.page_of(slug)
    if page is None:
        raise Http404
    return page
