"""Whether somebody wants the letter of Monday."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_parts_of_decisions"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="monday_letter",
            field=models.BooleanField(
                default=True,
                help_text="Le lundi matin, par e-mail : vos clients dont il faut s’occuper, dix au plus.",
                verbose_name="lettre du lundi",
            ),
        ),
    ]
