from django.contrib.admin.apps import AdminConfig


class CapAdminConfig(AdminConfig):
    default_site = "config.admin.CapAdminSite"
