"""A call may end on the client having left."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0007_call_rounds"),
    ]

    operations = [
        migrations.AlterField(
            model_name="action",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("reached", "Joint"),
                    ("message-left", "Message laissé"),
                    ("call-back", "À rappeler"),
                    ("stop-calling", "Ne plus appeler"),
                    ("left", "Client parti"),
                    ("done", "Faite"),
                    ("dropped", "Abandonnée"),
                ],
                max_length=12,
                verbose_name="résultat",
            ),
        ),
    ]
