"""The Django backend of the embedded server: PostgreSQL's own, which starts the server before the first connection."""

from collections.abc import Iterable
from typing import Any

import psycopg
from django.conf import settings
from django.db.backends.postgresql import base
from django.db.backends.postgresql.client import DatabaseClient as PostgresqlClient

from config.embedded.server import Server


def server() -> Server:
    """The embedded server of this installation."""
    return Server(settings.DATA_DIR, durable=not settings.TESTING)


class DatabaseClient(PostgresqlClient):
    """`manage.py dbshell`, with the psql of the wheel."""

    def runshell(self, parameters: Iterable[str]) -> None:
        server().attach()
        super().runshell(parameters)

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Iterable[str]
    ) -> tuple[list[str], dict[str, str] | None]:
        args, env = super().settings_to_cmd_args_env(settings_dict, parameters)
        return [str(server().binary("psql")), *args[1:]], env


class DatabaseWrapper(base.DatabaseWrapper):
    client_class = DatabaseClient

    def __init__(self, settings_dict: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        settings_dict["HOST"] = str(server().socket_folder)
        super().__init__(settings_dict, *args, **kwargs)

    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection:
        server().attach()
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError:
            server().attach(check=True)  # it stopped between the two: start it again, once
            return super().get_new_connection(conn_params)
