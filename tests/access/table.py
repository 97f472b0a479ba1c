"""Who may do what at every address of the site. A page that is not here fails the build: add one line.

A `Page` says who reads it (`get`) and who may post there (`post`); None means that it does not take that method.
Whoever is not named gets 403; a stranger gets the login page; with `of_a_client`, somebody else's client gets 404;
with `of_one_person`, so does what only its holder may touch.
GET, HEAD and POST are all there is: every other method gets 405 whoever asks.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from tests.access.world import Side, Who

ANYBODY = frozenset(Who)
EVERYBODY = ANYBODY - {Who.STRANGER}
SALES = frozenset({Who.OWNER, Who.COLLEAGUE})
MANAGERS = frozenset({Who.MANAGER, Who.OTHER_MANAGER})
NOBODY: frozenset[Who] = frozenset()
DIRECTION = frozenset({Who.DIRECTION})
KEEPERS = DIRECTION | {Who.ADMINISTRATOR}  # of imports, users, settings and the Django administration


@dataclass(frozen=True)
class Page:
    """One address. `name` is its full URL name, or its route when it has none."""

    name: str
    get: frozenset[Who] | None
    post: frozenset[Who] | None = None
    address: Callable[[Side], dict] | str | None = None  # the arguments of the address, or the whole of it
    of_a_client: bool = False
    of_one_person: bool = False
    data: Callable[[Side], dict] = lambda side: {}  # something worth posting
    shows: int = 200  # what a reader gets
    leads_on: frozenset[Who] = frozenset()  # readers sent to another page instead
    answers: tuple[int, ...] = (200, 302)  # what an accepted post gets
    writes: frozenset[str] = frozenset()  # by posting `data`: "table.column", "table +", "table -"


def tomorrow():
    return timezone.localdate() + dt.timedelta(days=1)


def address_of(page: Page, side: Side) -> str:
    """The address of this page about something of this side."""
    if isinstance(page.address, str):
        return page.address
    return reverse(page.name, kwargs=page.address(side) if page.address else None)


def a_client(side):
    return {"pk": side.client.pk}


def a_view(side):
    return {"pk": side.view.pk}


def as_csv(side):
    return {"file_format": "csv"}


def a_person(side):
    return {"pk": side.owner.pk}


def columns(table, *names, but=""):
    return frozenset(f"{table}.{name}" for name in names if name != but)


NAMED = {"first_name": "Anne", "last_name": "Roy", "phone": "0102"}
PERSON = {
    **NAMED,
    "email": "anne@cabinet.example",
    "roles": "marketing",
    "manager": "",
    "weekly_hours": "20",
}
CONTACT = {"name": "Luc Ferrand", "role": "Gérant", "phone": "0102", "email": "luc@b.example", "is_main": "on"}
ENTRANCE = [
    Page("account_login", get=ANYBODY, post=ANYBODY, leads_on=EVERYBODY),
    Page("account_inactive", get=ANYBODY),
    Page("account_logout", get=ANYBODY, post=ANYBODY, leads_on=frozenset({Who.STRANGER})),
    Page("account_reset_password", get=ANYBODY, post=ANYBODY),
    Page("account_reset_password_done", get=ANYBODY),
    Page("account_reset_password_from_key_done", get=ANYBODY),
    Page(
        "account_reset_password_from_key",
        get=ANYBODY,
        post=ANYBODY,
        address=lambda side: {"uidb36": "1", "key": "perdu"},
    ),
    Page(
        "accounts:invitation",
        get=ANYBODY,
        post=ANYBODY,
        address=lambda side: {"token": "perdu"},
        shows=404,
        answers=(404,),
    ),
]
ACCOUNTS = [
    Page("account_change_password", get=EVERYBODY, post=EVERYBODY),
    Page(
        "accounts:account",
        get=EVERYBODY,
        post=EVERYBODY,
        data=lambda side: {
            "first_name": "Anne",
            "last_name": "Roy",
            "phone": "0102",
            "language": "en",
            "theme": "dark",
        },
        writes=columns("accounts_user", "first_name", "last_name", "phone", "language", "theme"),
    ),
    Page(
        "accounts:firm",
        get=KEEPERS,
        post=KEEPERS,
        data=lambda side: {"name": "Roy", "revenue_word": "honoraires", "owner_word": "responsable", "parts": []},
        writes=columns("accounts_firm", "name", "revenue_word", "owner_word", "parts"),
    ),
    Page("accounts:journal", get=KEEPERS),
    Page("accounts:outbox", get=KEEPERS),
    Page("accounts:outbox-mail", get=KEEPERS, address=lambda side: {"name": "perdu.log"}, shows=404),
]
WIRING = [
    Page("healthz", get=ANYBODY),
    Page("readyz", get=ANYBODY),
]


def an_import(side):
    return {"pk": side.batch.pk}


CLIENTS: list[Page] = [
    Page("clients:import", get=KEEPERS, post=KEEPERS),
    Page("clients:import-history", get=KEEPERS),
    Page("clients:import-progress", get=KEEPERS, address=an_import, shows=302),
    Page("clients:import-report", get=KEEPERS, address=an_import),
    Page("clients:confirm-import", get=None, post=KEEPERS, address=an_import, answers=(302,)),
    Page("clients:abandon-import", get=None, post=KEEPERS, address=an_import, answers=(302,)),
    Page("clients:import-resume", get=KEEPERS, address=an_import, shows=302),
    Page("clients:import-columns", get=KEEPERS, post=KEEPERS, address=an_import, shows=302, answers=(302,)),
    Page("clients:import-check", get=KEEPERS, post=KEEPERS, address=an_import, shows=302, answers=(302,)),
    Page("clients:import-rejected", get=None, post=KEEPERS, address=an_import, answers=(404,)),
    Page("clients:mappings", get=KEEPERS),
    Page("clients:prepare-file", get=KEEPERS),
    Page("clients:model", get=KEEPERS, address=lambda side: {"name": "exemple"}),
    Page("clients:change-mapping", get=None, post=KEEPERS, address=lambda side: {"pk": 0}, answers=(404,)),
    Page("clients:forget-mapping", get=None, post=KEEPERS, address=lambda side: {"pk": 0}, answers=(404,)),
    Page("clients:stop-import", get=None, post=KEEPERS, address=an_import, answers=(302,)),
    Page(
        "clients:undo-import",
        get=KEEPERS,
        post=KEEPERS,
        address=an_import,
        writes=columns("clients_import", "status", "step", "phase", "undone_by_id", but=""),
    ),
    Page("clients:undone-rows", get=KEEPERS, address=an_import),
    Page("clients:mark-recurring", get=None, post=KEEPERS, address=an_import, answers=(302,)),
    Page(
        "clients:import-errors",
        get=None,
        post=KEEPERS,
        address=lambda side: {"pk": side.batch.pk, "file_format": "csv"},
        answers=(200,),
        writes=frozenset({"accounts_export +"}),
    ),
    Page("clients:doubles", get=MANAGERS | KEEPERS),
    Page("clients:decide-double", get=None, post=MANAGERS | KEEPERS, answers=(302,)),
    Page(
        "clients:forget-decision",
        get=None,
        post=MANAGERS | KEEPERS,
        address=lambda side: {"pk": side.decision.pk},
        answers=(302,),
        writes=frozenset({"clients_identitydecision -"}),
    ),
    Page(
        "clients:merge-client",
        get=MANAGERS | KEEPERS,
        post=MANAGERS | KEEPERS,
        address=a_client,
        of_a_client=True,
        answers=(302,),
    ),
    Page(
        "clients:undo-merge",
        get=None,
        post=MANAGERS | KEEPERS,
        address=lambda side: {"pk": side.merge.pk},
        of_a_client=True,
        answers=(302,),
        writes=frozenset({"clients_clientmerge.undone_at", "clients_client.merged_into_id"}),
    ),
    Page("clients:share-out", get=MANAGERS | KEEPERS, post=MANAGERS | KEEPERS),
]
CAMPAIGNS: list[Page] = []
SETTINGS = [
    Page("cockpit:settings", get=EVERYBODY),
    Page("cockpit:team", get=KEEPERS),
    Page(
        "cockpit:invite",
        get=KEEPERS,
        post=KEEPERS,
        data=lambda side: {"email": "a@b.example", "roles": "commercial", "manager": ""},
        writes=frozenset({"accounts_invitation +"}),
    ),
    Page(
        "cockpit:revoke-invitation",
        get=None,
        post=KEEPERS,
        address=lambda side: {"pk": side.invitation.pk},
        writes=columns("accounts_invitation", "revoked_at"),
    ),
    Page(
        "cockpit:person",
        get=KEEPERS,
        post=KEEPERS,
        address=a_person,
        data=lambda side: PERSON,
        writes=columns("accounts_user", *PERSON, but="manager") | {"accounts_user.manager_id"},
    ),
    Page(
        "cockpit:deactivate-person",
        get=KEEPERS,
        post=KEEPERS,
        address=a_person,
        data=lambda side: {"successor": ""},
        writes=frozenset(
            {
                "accounts_user.is_active",
                "clients_client.owner_id",
                "campaigns_action.assignee_id",
                "campaigns_prospect.owner_id",
            }
        ),
    ),
    Page("cockpit:reactivate-person", get=None, post=KEEPERS, address=a_person),
]
VIEW_ACTS = {
    "change-view": lambda side: {"name": "Autre nom", "is_shared": "on"},
    "move-view": lambda side: {},
    "open-with-view": lambda side: {"ouvrir": "1"},
    "delete-view": lambda side: {},
}
CALLERS = SALES | MANAGERS | DIRECTION
EXPORTERS = EVERYBODY
ASSIGNERS = MANAGERS | KEEPERS
COCKPIT: list[Page] = [
    Page("cockpit:dashboard", get=EVERYBODY),
    Page("cockpit:welcome", get=EVERYBODY),
    Page("cockpit:help", get=EVERYBODY),
    Page("cockpit:accessibility", get=ANYBODY),
    Page("cockpit:client-list", get=EVERYBODY),
    Page(
        "cockpit:new-contact",
        get=CALLERS,
        post=CALLERS,
        address=a_client,
        of_a_client=True,
        data=lambda side: CONTACT,
        answers=(302,),
        writes=frozenset({"clients_contact +"}),
    ),
    Page(
        "cockpit:contact",
        get=CALLERS,
        post=CALLERS,
        address=lambda side: {"pk": side.client.pk, "contact_pk": side.contact.pk},
        of_a_client=True,
        data=lambda side: CONTACT,
        answers=(302,),
        writes=columns("clients_contact", *CONTACT),
    ),
    Page("cockpit:action-list", get=EVERYBODY),
    Page(
        "cockpit:complete-action",
        get=None,
        post=CALLERS,
        address=lambda side: {"pk": side.action.pk},
        of_a_client=True,
        data=lambda side: {"outcome": "done", "note": "Fait."},
        answers=(302,),
        writes=columns("campaigns_action", "done_at", "done_by_id", "note", "outcome"),
    ),
    Page(
        "cockpit:client-list-export",
        get=None,
        post=EXPORTERS,
        address=lambda side: {"file_format": "csv"},
        writes=frozenset({"accounts_export +"}),
    ),
    Page(
        "cockpit:at-risk-export",
        get=None,
        post=EXPORTERS,
        address=lambda side: {"file_format": "csv"},
        writes=frozenset({"accounts_export +"}),
    ),
    Page(
        "cockpit:assign-clients",
        get=None,
        post=ASSIGNERS,
        data=lambda side: {"clients": side.client.pk, "owner": ""},
        answers=(302,),
        writes=columns("clients_client", "owner_id"),
    ),
    Page("cockpit:undo-assignment", get=None, post=ASSIGNERS, answers=(302,)),
    Page("cockpit:at-risk", get=EVERYBODY),
    Page("cockpit:client-page", get=EVERYBODY, address=a_client, of_a_client=True),
    Page(
        "cockpit:record-call",
        get=None,
        post=CALLERS,
        address=a_client,
        of_a_client=True,
        data=lambda side: {"outcome": "reached", "note": "Content.", "token": str(UUID(int=1)), "planned": ""},
        answers=(302,),
        writes=columns("campaigns_action", "done_at", "done_by_id", "note", "outcome", "token"),
    ),
    Page(
        "cockpit:plan-action",
        get=None,
        post=CALLERS,
        address=a_client,
        of_a_client=True,
        data=lambda side: {"due_on": tomorrow(), "kind": "visit", "assignee": side.owner.pk},
        answers=(302,),
        writes=frozenset({"campaigns_action +"}),
    ),
    Page(
        "cockpit:undo-action",
        get=None,
        post=CALLERS,
        address=lambda side: {"pk": side.action.pk},
        of_a_client=True,
        answers=(302,),
    ),
    Page(
        "cockpit:plan-calls",  # writes nothing here: the client has a call planned
        get=None,
        post=CALLERS,
        data=lambda side: {"clients": side.client.pk, "due_on": tomorrow(), "kind": "call", "assignee": "commercial"},
        answers=(302,),
    ),
    Page(
        "cockpit:client-columns",
        get=EVERYBODY,
        post=EVERYBODY,
        data=lambda side: {"colonne": ["ville", "ca"]},
        writes=frozenset({"accounts_listsettings +"}),
    ),
    Page(
        "cockpit:risk-columns",
        get=EVERYBODY,
        post=EVERYBODY,
        data=lambda side: {"colonne": ["ville"], "defaut": "1"},
        writes=frozenset({"accounts_listsettings +"}),
    ),
    Page("cockpit:saved-views", get=EVERYBODY),
    Page(
        "cockpit:save-view",
        get=None,
        post=EVERYBODY,
        data=lambda side: {"page": "clients", "query": "q=dax", "name": "Dax"},
        answers=(302,),
        writes=frozenset({"accounts_savedview +"}),
    ),
    Page("cockpit:undo-view", get=None, post=EVERYBODY, answers=(302,)),
    *(
        Page(f"cockpit:{name}", get=None, post=EVERYBODY, address=a_view, of_one_person=True, data=data, answers=(302,))
        for name, data in VIEW_ACTS.items()
    ),
    Page("cockpit:unplan-calls", get=None, post=CALLERS, address=lambda side: {"at": "2026-11-01T09:00:00+00:00"}),
]


def list_in_and_out(model: str) -> list[Page]:
    """The addresses by which a list of the administration comes in and goes out."""
    return [
        Page(f"admin:{model}_import", get=KEEPERS, post=KEEPERS),
        Page(f"admin:{model}_process_import", get=None, post=KEEPERS, answers=(302,)),
        Page(
            f"admin:{model}_export",
            get=KEEPERS,
            post=KEEPERS,
            data=lambda side: {"file_format": "csv"},
            writes=frozenset({"accounts_export +"}),
        ),
    ]


def administration(
    model: str, key: Callable[[Side], object], *, changes=False, adds=False, deletes=False
) -> list[Page]:
    """The addresses of one model in the Django administration; what it forbids is forbidden to all."""

    def one(side):
        return {"object_id": key(side)}

    app, name = model.split("_", 1)
    return [
        Page(f"admin:{model}_changelist", get=KEEPERS, post=KEEPERS),
        Page(f"admin:{model}_add", get=KEEPERS if adds else NOBODY, post=KEEPERS if adds else NOBODY),
        Page(f"admin:{model}_change", get=KEEPERS, post=KEEPERS if changes else NOBODY, address=one),
        Page(f"admin:{model}_history", get=KEEPERS, post=KEEPERS, address=one),
        Page(
            f"admin:{model}_delete",
            get=KEEPERS if deletes else NOBODY,
            post=KEEPERS if deletes else NOBODY,
            address=one,
        ),
        Page(
            f"admin/{app}/{name}/<path:object_id>/",
            get=KEEPERS,
            post=KEEPERS,
            address=f"/admin/{app}/{name}/1/",
            shows=302,
        ),
    ]


ADMINISTRATION = [
    Page("admin:index", get=KEEPERS, post=KEEPERS),
    Page("admin:login", get=KEEPERS | {Who.STRANGER}, post=KEEPERS | {Who.STRANGER}, shows=302, answers=(302,)),
    Page("admin:logout", get=KEEPERS, post=KEEPERS, shows=302),
    Page("admin:password_change", get=KEEPERS, post=KEEPERS, shows=302),
    Page("admin:password_change_done", get=KEEPERS, post=KEEPERS, shows=302),
    Page("admin:jsi18n", get=KEEPERS),
    Page("admin:autocomplete", get=NOBODY),  # no field asks for it
    Page(
        "admin:view_on_site",
        get=KEEPERS,
        post=KEEPERS,
        address=lambda side: {"content_type_id": 0, "object_id": 0},
        shows=404,
        answers=(404,),
    ),
    Page("admin:app_list", get=KEEPERS, post=KEEPERS, address=lambda side: {"app_label": "accounts"}),
    Page("admin/(?P<url>.*)$", get=KEEPERS, post=KEEPERS, address="/admin/rien-ici/", shows=404, answers=(404,)),
    *administration("accounts_user", lambda side: side.owner.pk, changes=True),
    *list_in_and_out("accounts_user"),
    *administration("clients_client", lambda side: side.client.pk, changes=True, adds=True),
    *list_in_and_out("clients_client"),
    *administration("clients_contact", lambda side: side.contact.pk, changes=True, adds=True),
    *list_in_and_out("clients_contact"),
    *administration("clients_service", lambda side: side.service.pk, changes=True, adds=True),
    *list_in_and_out("clients_service"),
    *administration("clients_tableimport", lambda side: side.table.pk),
    *administration("campaigns_prospect", lambda side: side.prospect.pk, changes=True, adds=True),
    *list_in_and_out("campaigns_prospect"),
    *administration("clients_invoice", lambda side: side.invoice.pk),
    *administration("clients_import", lambda side: side.batch.pk),
    *administration("accounts_firm", lambda side: 1),
    *administration("accounts_invitation", lambda side: side.invitation.pk),
]
ABOUT_CLIENTS = [*CLIENTS, *CAMPAIGNS, *COCKPIT]
PAGES = [*WIRING, *ENTRANCE, *ACCOUNTS, *SETTINGS, *ABOUT_CLIENTS, *ADMINISTRATION]
