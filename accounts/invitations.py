"""Letting somebody in: a link that works once, for a week, kept only as the hash of its token."""

import hashlib
import logging
import secrets
from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import team
from accounts.audit import acting_as
from accounts.models import Invitation, User
from accounts.roles import Right, Role

log = logging.getLogger(__name__)


class NotOpen(Exception):
    """No open invitation answers to this token: unknown, used, expired or taken back, and it does not say which."""


@transaction.atomic
def invite(*, email: str, roles: Iterable[str], manager: User | None = None, by: User | None) -> tuple[Invitation, str]:
    """A new invitation and its token, which is nowhere else. Former open ones to the same address are taken back.

    `by` is None from the command line of the server, whose operator holds every right; without an address, whoever
    opens the link types their own. Raises PermissionDenied, or ValidationError with the field at fault.
    """
    email, roles = email.strip().lower(), [role for role in Role if role in set(roles)]
    if by is not None:
        if not by.may(Right.MANAGE_USERS):
            raise PermissionDenied
        team.check_roles(roles, by=by)
    if known := User.objects.filter(email=email).first():
        raise ValidationError({"email": _already_here(known)})
    Invitation.objects.open().filter(email=email).update(revoked_at=timezone.now())
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=email, roles=roles, manager=manager, invited_by=by, token_hash=_hash(token)
    )
    return invitation, token


def link(token: str, site_url: str = "") -> str:
    """The address to open, on this site."""
    return (site_url or settings.SITE_URL) + reverse("accounts:invitation", kwargs={"token": token})


def send(invitation: Invitation, token: str) -> bool:
    """Whether the mail that carries the link could be handed to the mail server."""
    words = {"invitation": invitation, "link": link(token), "site_url": settings.SITE_URL}
    subject = " ".join(render_to_string("accounts/email/invitation_subject.txt", words).split())
    try:
        send_mail(subject, render_to_string("accounts/email/invitation.txt", words), None, [invitation.email])
    except OSError:  # every failure of a mail server is one
        log.exception("an invitation could not be sent")
        return False
    return True


def opened_by(token: str) -> Invitation:
    """The open invitation of this token. Raises NotOpen."""
    invitation = Invitation.objects.open().filter(token_hash=_hash(token)).select_related("invited_by").first()
    if invitation is None:
        raise NotOpen
    return invitation


@transaction.atomic
def accept(*, token: str, email: str, first_name: str, last_name: str, password: str) -> User:
    """The new person, saved; the link is spent. Raises NotOpen, or ValidationError when the address is taken.

    The address typed counts only when the invitation names none.
    """
    invitation = Invitation.objects.open().select_for_update().filter(token_hash=_hash(token)).first()
    if invitation is None:
        raise NotOpen
    email = invitation.email or email.strip().lower()
    if User.objects.filter(email=email).exists():
        raise ValidationError({"email": _("Cette adresse a déjà un compte. Connectez-vous avec elle.")})
    person = User.objects.create_user(
        email,
        password,
        first_name=first_name,
        last_name=last_name,
        roles=invitation.roles,
        manager=invitation.manager,
    )
    with acting_as(person):
        invitation.accepted_at, invitation.accepted_by = timezone.now(), person
        invitation.save(update_fields=["accepted_at", "accepted_by"])
    return person


def revoke(*, invitation: Invitation, by: User) -> None:
    """Takes an open invitation back: its link stops working. Raises PermissionDenied."""
    if not by.may(Right.MANAGE_USERS) or (Role.DIRECTION in invitation.roles and Role.DIRECTION not in by.roles):
        raise PermissionDenied
    Invitation.objects.open().filter(pk=invitation.pk).update(revoked_at=timezone.now())


def first_link(site_url: str = "") -> str | None:
    """A fresh link to the first account of Direction while there is nobody at all, else None. Voids the former link."""
    if User.objects.exists():
        return None
    _invitation, token = invite(email="", roles=[Role.DIRECTION], by=None)
    return link(token, site_url)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _already_here(person: User) -> str:
    if person.is_active:
        return _("%(name)s a déjà un compte avec cette adresse.") % {"name": person}
    return _("%(name)s a un compte désactivé avec cette adresse : réactivez-le depuis la page Équipe.") % {
        "name": person
    }
