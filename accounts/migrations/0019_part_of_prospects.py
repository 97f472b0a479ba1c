"""The part of prospects: shown once Direction asks for it."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0018_reports"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="firm",
            name="a_part_is_one_the_product_has",
        ),
        migrations.AlterField(
            model_name="firm",
            name="parts",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("rfm", "Carte RFM et segments"),
                        ("movements", "Mouvements : qui monte, qui descend, pourquoi"),
                        ("trust", "Fiabilité : la méthode mise à l’épreuve du passé"),
                        ("objectives", "Objectifs de la Direction"),
                        ("time", "Temps passé et rentabilité à l’heure"),
                        ("relation", "Note de relation"),
                        ("needs", "Besoins et secteurs"),
                        ("opportunities", "Opportunités : quoi proposer à qui"),
                        ("triggers", "Événements et déclencheurs"),
                        ("playbook", "Playbook : que dire et que proposer à chaque segment"),
                        ("campaigns", "Campagnes : le bon message à chaque segment, envoyé et mesuré"),
                        ("allocation", "Temps et budget : où vont les heures et les euros du trimestre"),
                        ("prospects", "Prospects : qui ressemble à vos meilleurs clients"),
                    ],
                    max_length=20,
                ),
                blank=True,
                default=list,
                size=None,
                verbose_name="parties affichées",
            ),
        ),
        migrations.AddConstraint(
            model_name="firm",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "parts__contained_by",
                        [
                            "rfm",
                            "movements",
                            "trust",
                            "objectives",
                            "time",
                            "relation",
                            "needs",
                            "opportunities",
                            "triggers",
                            "playbook",
                            "campaigns",
                            "allocation",
                            "prospects",
                        ],
                    )
                ),
                name="a_part_is_one_the_product_has",
            ),
        ),
    ]
