"""What reports need: the firm's logo, whether somebody wants the note of the month, and who made a diagnosis."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

JOURNAL = """
CREATE TRIGGER journal_logo AFTER INSERT OR UPDATE OR DELETE ON accounts_firmlogo
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('media_type,width,height', 'content');
CREATE TRIGGER journal_diagnoses AFTER INSERT ON accounts_diagnosis
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('made_by_id');
"""
UNDO = """
DROP TRIGGER journal_diagnoses ON accounts_diagnosis;
DROP TRIGGER journal_logo ON accounts_firmlogo;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0017_retention"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="monthly_note",
            field=models.BooleanField(
                default=True,
                help_text="Une fois par mois, par e-mail : un lien vers la note de la dernière fin de mois.",
                verbose_name="note de direction du mois",
            ),
        ),
        migrations.CreateModel(
            name="FirmLogo",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.BinaryField(verbose_name="image")),
                (
                    "media_type",
                    models.CharField(
                        choices=[("image/png", "PNG"), ("image/jpeg", "JPEG")], max_length=10, verbose_name="format"
                    ),
                ),
                ("width", models.PositiveSmallIntegerField(verbose_name="largeur")),
                ("height", models.PositiveSmallIntegerField(verbose_name="hauteur")),
                ("kept_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="le")),
            ],
            options={
                "verbose_name": "logo",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="there_is_one_logo"),
                    models.CheckConstraint(
                        condition=models.Q(("height__gt", 0), ("width__gt", 0)), name="a_logo_has_a_size"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Diagnosis",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="le")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="par",
                    ),
                ),
            ],
            options={
                "verbose_name": "diagnostic",
                "ordering": ["-made_at", "-id"],
            },
        ),
        migrations.RunSQL(JOURNAL, UNDO),
    ]
