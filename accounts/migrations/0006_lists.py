"""Views of lists, saved and shared, and what each list shows first to each person."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# What a person arranges for themselves is nobody's business; what they show to others leaves a trace. Names and filters
# may name a client: that they changed is kept, not their values.
JOURNAL = """
CREATE TRIGGER journal_shared_views_made AFTER INSERT ON accounts_savedview FOR EACH ROW
    WHEN (NEW.is_shared) EXECUTE FUNCTION accounts_journal('page,is_shared,owner_id', 'name,query');
CREATE TRIGGER journal_shared_views_changed AFTER UPDATE ON accounts_savedview FOR EACH ROW
    WHEN (OLD.is_shared OR NEW.is_shared) EXECUTE FUNCTION accounts_journal('page,is_shared,owner_id', 'name,query');
CREATE TRIGGER journal_shared_views_gone AFTER DELETE ON accounts_savedview FOR EACH ROW
    WHEN (OLD.is_shared) EXECUTE FUNCTION accounts_journal('page,is_shared,owner_id', 'name,query');
"""
UNDO = """
DROP TRIGGER journal_shared_views_made ON accounts_savedview;
DROP TRIGGER journal_shared_views_changed ON accounts_savedview;
DROP TRIGGER journal_shared_views_gone ON accounts_savedview;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_invitation_words"),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "page",
                    models.CharField(
                        choices=[("clients", "Clients"), ("a-risque", "Clients à risque"), ("actions", "Actions")],
                        max_length=20,
                        verbose_name="liste",
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="nom de la vue")),
                ("query", models.CharField(max_length=2000, verbose_name="adresse")),
                ("is_shared", models.BooleanField(default=False, verbose_name="pour toute l’équipe")),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("saved_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="de",
                    ),
                ),
            ],
            options={
                "verbose_name": "vue enregistrée",
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="ListSettings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "page",
                    models.CharField(
                        choices=[("clients", "Clients"), ("a-risque", "Clients à risque"), ("actions", "Actions")],
                        max_length=20,
                    ),
                ),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30), blank=True, default=list, size=None
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "opens_with",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.savedview",
                    ),
                ),
            ],
            options={
                "verbose_name": "réglage de liste",
            },
        ),
        migrations.AddIndex(
            model_name="savedview",
            index=models.Index(condition=models.Q(("is_shared", True)), fields=["page"], name="shared_views"),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(
                models.F("owner"),
                models.F("page"),
                django.db.models.functions.text.Lower("name"),
                name="one_view_per_owner_page_and_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="a_view_has_a_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="listsettings",
            constraint=models.UniqueConstraint(fields=("person", "page"), name="one_setting_per_person_and_list"),
        ),
        migrations.RunSQL(JOURNAL, UNDO),
    ]
