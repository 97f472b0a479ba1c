"""Réglages: what this person may set, one card each."""

from dataclasses import dataclass

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.roles import Right


@dataclass(frozen=True)
class Card:
    """One page of settings; `right` is what opening it takes, nothing when None."""

    view: str
    title: str
    text: str
    right: Right | None = None

    @property
    def url(self):
        return reverse(self.view)


CARDS = [
    Card("accounts:account", _("Mon compte"), _("Nom, téléphone, langue, thème, raccourcis, mot de passe.")),
    Card("cockpit:saved-views", _("Vues enregistrées"), _("Les vôtres, celles de l’équipe, ce qui s’ouvre d’abord.")),
    Card("accounts:firm", _("Entreprise"), _("Nom, logo, mots employés, parties affichées."), Right.MANAGE_SETTINGS),
    Card("cockpit:costs", _("Coûts et cible à l’heure"), _("Ce qu’une heure coûte et rapporte."), Right.SET_COURSE),
    Card(
        "cockpit:mail-settings",
        _("Messages et preuves"),
        _("Qui écrit, combien de fois au plus, preuves, oppositions."),
        Right.SEND_CAMPAIGNS,
    ),
    Card(
        "cockpit:method", _("La méthode"), _("Comment tout est calculé : périodes, paliers, notes, risque, exclusions.")
    ),
    Card(
        "cockpit:services",
        _("Services"),
        _("Le catalogue, ses familles, ce qui est un abonnement."),
        Right.MANAGE_SETTINGS,
    ),
    Card("cockpit:segments", _("Segments"), _("La consigne de chacun, que dire, combien de clients.")),
    Card("cockpit:team", _("Équipe"), _("Qui est là, avec quels droits ; inviter, désactiver."), Right.MANAGE_USERS),
    Card("cockpit:data", _("Données"), _("Ce qui est gardé, combien de temps ; ce que la nuit a retiré."), Right.ERASE),
    Card("health", _("État du système"), _("Tâches, dernière nuit, sauvegarde, disque, version."), Right.USE_ADMIN),
    Card("accounts:journal", _("Journal"), _("Qui a changé quoi, et quand."), Right.MANAGE_USERS),
    Card(
        "accounts:outbox", _("Boîte d’envoi"), _("Les e-mails écrits sans serveur de messagerie."), Right.MANAGE_USERS
    ),
    Card("admin:index", _("Administration"), _("Toutes les données, table par table."), Right.USE_ADMIN),
]


@require_safe
def settings(request):
    cards = [card for card in CARDS if card.right is None or request.user.may(card.right)]
    return render(request, "cockpit/settings.html", {"cards": cards})
