"""A run says which changes of the past it knows; the scores of a client go with it, as a foreign key would have them."""

from django.db import migrations, models

TRIGGER = """
CREATE FUNCTION segmentation_forget_clients() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM gone) THEN
        DELETE FROM segmentation_score AS score USING gone WHERE score.client_id = gone.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER forget_scores AFTER DELETE ON clients_client
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION segmentation_forget_clients();
"""
UNDO = """
DROP TRIGGER forget_scores ON clients_client;
DROP FUNCTION segmentation_forget_clients();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("segmentation", "0011_tiers_without_rfm"),
        ("clients", "0012_undo_knows_what_was_left"),
    ]

    operations = [
        migrations.AddField(
            model_name="scoringrun",
            name="rewrites_seen",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.RunSQL(TRIGGER, UNDO),
    ]
