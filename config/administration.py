from django.apps import apps
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig

NOT_OURS = ["auth.Group", "account.EmailAddress"]  # rights come from roles, and an account has one address: its own


class CapAdminConfig(AdminConfig):
    default_site = "config.admin.CapAdminSite"

    def ready(self):
        super().ready()
        admin.site.unregister([apps.get_model(name) for name in NOT_OURS])
