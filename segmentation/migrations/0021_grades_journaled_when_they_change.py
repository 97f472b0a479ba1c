"""A night that moves every score a little asks the journal about those grades alone whose colour or decision changed."""

import django.core.validators
from django.db import migrations, models

TRIGGERS = """
DROP TRIGGER journal_grades ON segmentation_grade;
CREATE TRIGGER journal_grades AFTER INSERT OR DELETE ON segmentation_grade
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('client_id,colour,red,proposed_by_id,decided_by_id', 'motive');
CREATE TRIGGER journal_changed_grades AFTER UPDATE ON segmentation_grade
    FOR EACH ROW
    WHEN (
        (OLD.client_id, OLD.colour, OLD.red, OLD.proposed_by_id, OLD.decided_by_id, OLD.motive)
        IS DISTINCT FROM (NEW.client_id, NEW.colour, NEW.red, NEW.proposed_by_id, NEW.decided_by_id, NEW.motive)
    )
    EXECUTE FUNCTION accounts_journal('client_id,colour,red,proposed_by_id,decided_by_id', 'motive');
"""
UNDO = """
DROP TRIGGER journal_changed_grades ON segmentation_grade;
DROP TRIGGER journal_grades ON segmentation_grade;
CREATE TRIGGER journal_grades AFTER INSERT OR UPDATE OR DELETE ON segmentation_grade
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('client_id,colour,red,proposed_by_id,decided_by_id', 'motive');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("segmentation", "0020_method_settled"),
    ]

    operations = [
        migrations.AlterField(
            model_name="graderules",
            name="valid_months",
            field=models.PositiveSmallIntegerField(
                default=12,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(60)],
                verbose_name="avis à refaire après",
            ),
        ),
        migrations.AlterField(
            model_name="graderules",
            name="worst_delay_days",
            field=models.PositiveSmallIntegerField(
                default=60,
                validators=[django.core.validators.MinValueValidator(1)],
                verbose_name="retard de paiement qui ne vaut plus rien",
            ),
        ),
        migrations.RunSQL(TRIGGERS, UNDO),
    ]
