"""The activities of the official nomenclature, as somebody loaded them: what the code of a client means."""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.folding import Fold, folded
from clients.sectors import NOMENCLATURE, Section, section_of, written


class NafCodeQuerySet(models.QuerySet):
    def search(self, words: str):
        """The activities whose title contains each of these words, whatever their case or accents."""
        found = self
        for word in words.split():
            found = found.filter(sort_label__contains=Fold(models.Value(word)))
        return found

    def titles(self, codes: Iterable[str]) -> dict[str, str]:
        """What these codes mean: {code: title}, for those that are known."""
        return dict(self.filter(code__in=set(codes)).values_list("code", "label"))


class NafCode(models.Model):
    """One activity: the last level of the nomenclature, a class of a section. The code is kept without its dot."""

    nomenclature = models.CharField(_("nomenclature"), max_length=12, default=NOMENCLATURE)
    code = models.CharField(_("code NAF"), max_length=6)
    label = models.CharField(_("intitulé"), max_length=255)
    sort_label = models.GeneratedField(expression=folded("label"), output_field=models.TextField(), db_persist=True)

    objects = NafCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("code NAF")
        verbose_name_plural = _("codes NAF")
        ordering = ["code", "nomenclature"]
        constraints = [
            models.UniqueConstraint(fields=["code", "nomenclature"], name="one_title_per_code_and_nomenclature"),
            models.CheckConstraint(condition=models.Q(code__regex="^[0-9]{4}[A-Z]$"), name="a_naf_code_reads_as_one"),
        ]

    def __str__(self):
        return f"{written(self.code)} {self.label}"

    @property
    def section(self) -> str:
        """The section that holds it, in words; empty for a division that NAF rév. 2 does not have."""
        letter = section_of(self.code)
        return str(Section(letter).label) if letter else ""
