"""How django-allauth behaves here: nobody signs up, guesses are counted per account, links lead to this site only."""

import logging

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts import devices

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "Cette adresse et ce mot de passe ne vont pas ensemble. Vérifiez l’adresse, puis la touche majuscule ; "
            "si le mot de passe est oublié, choisissez-en un nouveau."
        ),
        "too_many_login_attempts": _(
            "Trop d’essais manqués pour cette adresse. Attendez un quart d’heure, "
            "ou choisissez tout de suite un nouveau mot de passe par e-mail."
        ),
        "incorrect_password": _("Ce n’est pas votre mot de passe actuel. Tapez celui qui vous sert à vous connecter."),
        "enter_current_password": _("Tapez votre mot de passe actuel."),
    }

    def is_open_for_signup(self, request):
        """Nobody signs up: people are invited (accounts.invitations)."""
        return False

    def get_reset_password_from_key_url(self, key):
        """The link of a reset mail, on the address of this site: never the one the request claims to come from."""
        uid, _separator, token = key.partition("-")
        return settings.SITE_URL + reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})

    def send_mail(self, template_prefix, email, context):
        """Sends, or notes that it could not: the page says the same whether the address is known or not."""
        user = context.get("user")
        try:
            with translation.override(user.language if user else translation.get_language()):
                super().send_mail(template_prefix, email, {"site_url": settings.SITE_URL, **context})
        except OSError:  # every failure of a mail server is one
            log.exception("a mail could not be sent: %s", template_prefix)

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        super().send_notification_mail(template_prefix, user, {"user": user, **(context or {})}, email or user.email)

    def set_password(self, user, password):
        """Also forgets the missed guesses: whoever proves to hold the mailbox is let in at once."""
        super().set_password(user, password)
        self._delete_login_attempts_cached_email(self.request, email=user.email)

    def post_login(self, request, user, **kwargs):
        """Also marks the browser as one this person logs in from (accounts.devices)."""
        response = super().post_login(request, user, **kwargs)
        devices.remember(response, user.email)
        return response

    def get_password_change_redirect_url(self, request):
        return reverse("accounts:account")

    def _get_login_attempts_cache_key(self, request, **credentials):
        """What missed guesses are counted by: the address, and apart from the rest a browser that it knows.

        Never the host asked for, as django-allauth does: a guesser writes there what they like.
        """
        email = credentials.get("email", "").strip().lower()
        return f"{email}:{devices.known(request, email)}"
