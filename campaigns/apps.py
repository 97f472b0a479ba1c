from anymail.signals import tracking
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = _("Actions et campagnes")

    def ready(self):
        from campaigns import bounces  # noqa: PLC0415 models are there once applications are

        tracking.connect(bounces.note, dispatch_uid="campaigns.bounces")
