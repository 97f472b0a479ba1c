"""After a night's rows, autovacuum counts them anew within the minute: a plan made for no row is a slow page."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("segmentation", "0009_views_counted_from_the_index"),
    ]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE segmentation_score SET (autovacuum_analyze_scale_factor = 0.02)",
            "ALTER TABLE segmentation_score RESET (autovacuum_analyze_scale_factor)",
        )
    ]
