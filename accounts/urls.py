"""Addresses of people: coming in, and the settings of one's own account and of the firm.

The names starting with `account_` are those that django-allauth looks up. There is no address to sign up at.
"""

from allauth.account import views as allauth_views
from django.urls import include, path, re_path

from accounts import views

entrance = [
    path("connexion/", allauth_views.login, name="account_login"),
    path("connexion/compte-desactive/", allauth_views.account_inactive, name="account_inactive"),
    path("deconnexion/", allauth_views.logout, name="account_logout"),
    path("mot-de-passe/", allauth_views.password_reset, name="account_reset_password"),
    path("mot-de-passe/envoye/", allauth_views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^mot-de-passe/(?P<uidb36>[0-9a-z]{1,13})-(?P<key>[^/]{1,100})/$",
        allauth_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "mot-de-passe/change/", allauth_views.password_reset_from_key_done, name="account_reset_password_from_key_done"
    ),
    path("reglages/compte/mot-de-passe/", allauth_views.password_change, name="account_change_password"),
]

own = [
    path("invitation/<str:token>/", views.invitation, name="invitation"),
    path("reglages/compte/", views.account, name="account"),
    path("reglages/entreprise/", views.firm, name="firm"),
    path("reglages/entreprise/logo/", views.logo, name="logo"),
    path("reglages/journal/", views.journal_list, name="journal"),
    path("reglages/boite-d-envoi/", views.outbox_list, name="outbox"),
    path("reglages/boite-d-envoi/<str:name>/", views.outbox_mail, name="outbox-mail"),
]

urlpatterns = [*entrance, path("", include((own, "accounts")))]
