"""The firm's logo: a small picture, for what is printed."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

TALLEST, WIDEST = 44, 260  # as shown, in pixels


class FirmLogo(models.Model):
    """The picture of the firm, a row at most; apart from the firm itself, which every page reads."""

    class MediaType(models.TextChoices):
        PNG = "image/png", "PNG"
        JPEG = "image/jpeg", "JPEG"

    ONLY = 1

    content = models.BinaryField(_("image"))
    media_type = models.CharField(_("format"), max_length=10, choices=MediaType.choices)
    width = models.PositiveSmallIntegerField(_("largeur"))
    height = models.PositiveSmallIntegerField(_("hauteur"))
    kept_at = models.DateTimeField(_("le"), default=timezone.now)

    class Meta:
        verbose_name = _("logo")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="there_is_one_logo"),
            models.CheckConstraint(condition=Q(width__gt=0, height__gt=0), name="a_logo_has_a_size"),
        ]

    def __str__(self):
        return str(_("logo"))

    @classmethod
    def current(cls) -> "FirmLogo | None":
        """The logo without its content; None until somebody gave one."""
        return cls.objects.defer("content").filter(pk=cls.ONLY).first()

    @property
    def shown_height(self) -> int:
        return max(1, round(self.height * self._scale))

    @property
    def shown_width(self) -> int:
        return max(1, round(self.width * self._scale))

    @property
    def _scale(self) -> float:
        return min(1, TALLEST / self.height, WIDEST / self.width)
