"""After how many years clients who keep silent are forgotten; journaled, since it removes things for good."""

from django.db import migrations, models

JOURNAL = """
CREATE TRIGGER journal_firm_retention AFTER UPDATE OF forgets_after_years ON accounts_firm
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('forgets_after_years');
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0016_history")]

    operations = [
        migrations.AddField(
            model_name="firm",
            name="forgets_after_years",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="oubli des clients silencieux, ans"
            ),
        ),
        migrations.RunSQL(JOURNAL, "DROP TRIGGER journal_firm_retention ON accounts_firm"),
    ]
