"""What an import does is its step; whether a client of the files is another of them can be decided; a report is sent once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0009_take_back_and_remember"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="import",
            name="is_dry_run",
        ),
        migrations.AddField(
            model_name="import",
            name="reported_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="stagedclient",
            name="leader",
            field=models.IntegerField(null=True),
        ),
    ]
