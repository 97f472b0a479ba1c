from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts import invitations
from accounts.roles import Role


class Command(BaseCommand):
    help = (
        "Makes an invitation and prints its link, which works once, for seven days. "
        "Without --email, whoever opens the link types their own address. Sends no mail."
    )

    def add_arguments(self, parser):
        parser.add_argument("--email", default="", help="the address of the person invited")
        parser.add_argument(
            "--roles",
            default=str(Role.DIRECTION.value),
            help=f"separated by commas, among {', '.join(Role.values)} (direction when not given)",
        )

    def handle(self, *, email, roles, **options):
        asked = [role.strip() for role in roles.split(",") if role.strip()]
        if not asked or not set(asked) <= set(Role.values):
            raise CommandError(f"Rôle inconnu dans « {roles} ». Choisissez parmi : {', '.join(Role.values)}.")
        try:
            _invitation, token = invitations.invite(email=email, roles=asked, by=None)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(invitations.link(token))
