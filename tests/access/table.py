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

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from campaigns import answers, objections
from campaigns.allocation.planning import first_day_of_quarter
from campaigns.tokens import Purpose, token_of
from cockpit.method.forms import initial_of
from segmentation.models import Rules
from segmentation.relation import rules as grading
from tests.access.world import Side, Who

ANYBODY = frozenset(Who)
EVERYBODY = ANYBODY - {Who.STRANGER}
SALES = frozenset({Who.OWNER, Who.COLLEAGUE})
MANAGERS = frozenset({Who.MANAGER, Who.OTHER_MANAGER})
NOBODY: frozenset[Who] = frozenset()
DIRECTION = frozenset({Who.DIRECTION})
KEEPERS_OF_PLAYBOOK = frozenset({Who.MANAGER, Who.OTHER_MANAGER, Who.MARKETING, Who.DIRECTION, Who.ADMINISTRATOR})
READERS_OF_REPORTS = KEEPERS_OF_PLAYBOOK  # every client, or those of a team
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
    notes: frozenset[str] = frozenset()  # tables where being read is itself what is noted
    writes: frozenset[str] = frozenset()  # by posting `data`: "table.column", "table +", "table -"


NOTED = frozenset(
    {
        "clients_timeentry +",
        *(f"segmentation_{kind}time {sign}" for kind in ("client", "person") for sign in "+-"),
    }
)
TIMED = NOTED | {"clients_source +"}  # minutes of an action, the first of all


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


def a_segment(side):
    return {"slug": "loyal"}


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
A_TRIGGER = {
    "name": "Embauche",
    "event_kind": "hiring",
    "segments": "loyal",
    "action_kind": "call",
    "service": "",
    "days": 5,
}
COMPANY = {
    "name": "Menuiserie Vasseur",
    "naf_code": "4332A",
    "address": "3 rue du Pont",
    "postcode": "12000",
    "city": "Rodez",
    "contact_name": "Luc Ferrand",
    "phone": "0102",
    "email": "luc@vasseur.example",
    "website": "vasseur.example",
    "source_label": "Salon",
    "notes": "Rappeler en janvier.",
}
CONTACT = {
    "name": "Luc Ferrand",
    "role": "Gérant",
    "phone": "0102",
    "email": "luc@b.example",
    "is_main": "on",
    "consent_proof": "Salon",
}
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
        "campaigns:stop-letter",
        get=ANYBODY,
        post=ANYBODY,
        address=lambda side: {"token": "perdu"},
        shows=404,
        answers=(404,),
    ),
    Page(
        "campaigns:stop-note",
        get=ANYBODY,
        post=ANYBODY,
        address=lambda side: {"token": "perdu"},
        shows=404,
        answers=(404,),
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
    Page("accounts:logo", get=EVERYBODY, shows=404),
    Page("accounts:journal", get=KEEPERS),
    Page("accounts:outbox", get=KEEPERS),
    Page("accounts:outbox-mail", get=KEEPERS, address=lambda side: {"name": "perdu.log"}, shows=404),
]
WIRING = [
    Page("healthz", get=ANYBODY),
    Page("readyz", get=ANYBODY),
    Page("health", get=KEEPERS),
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
    Page("cockpit:services", get=KEEPERS),
    Page(
        "cockpit:arrange-services",
        get=None,
        post=KEEPERS,
        data=lambda side: {"services": [side.service.pk], "family": "Conseil", "ranger": "1"},
        answers=(302,),
        writes=columns("clients_service", "family"),
    ),
    Page("cockpit:undo-arrangement", get=None, post=KEEPERS, answers=(302,)),
    Page("cockpit:segments", get=EVERYBODY),
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
                "campaigns_approach.assignee_id",
                "segmentation_reframingplan.owner_id",
            }
        ),
    ),
    Page(
        "cockpit:costs",
        get=DIRECTION,
        post=DIRECTION,
        data=lambda side: {"hourly_cost": "60", "hourly_target": "110", f"cost-{side.owner.pk}": "45"},
        writes=columns("accounts_firm", "hourly_cost", "hourly_target")
        | {"accounts_user.hourly_cost"}
        | {f"segmentation_{kind}time {sign}" for kind in ("client", "person") for sign in "+-"},
    ),
    Page("cockpit:reactivate-person", get=None, post=KEEPERS, address=a_person),
]
VIEW_ACTS = {
    "change-view": lambda side: {"name": "Autre nom", "is_shared": "on"},
    "move-view": lambda side: {},
    "open-with-view": lambda side: {"ouvrir": "1"},
    "delete-view": lambda side: {},
}
ERASED = frozenset({"clients_clientkey +", "clients_contact -"}).union(
    columns("campaigns_action", "done_at", "done_by_id", "outcome"),
    columns("campaigns_answer", "comment"),
    columns("campaigns_recipient", "email"),
    columns("clients_client", "code", "erased_at", "name", "search_text", "sort_name"),
    columns("clients_clientdeparture", "note"),
    columns("segmentation_hole", "note"),
    columns("segmentation_needevidence", "quote"),
    columns("segmentation_reframingplan", "what"),
    columns("segmentation_risksetaside", "note"),
)
CALLERS = SALES | MANAGERS | DIRECTION
AN_HOUR = {"token": str(UUID(int=2)), "spent_on": "2026-10-30", "hours": "1:30", "label": "Bilan", "person": ""}
AIM = {
    "name": "Autre cap",
    "kind": "sectors",
    "sectors": "62",
    "measure": "clients",
    "target": "7",
    "starts_on": "2026-02-01",
    "ends_on": "2027-01-31",
}


def a_prospect(side):
    return {"pk": side.prospect.pk}


def a_company(side):
    return COMPANY | {"owner": side.owner.pk, "siren": "", "siret": "", "workforce": ""}


def an_approach(side):
    return {"pk": side.approach.pk}


def an_objective(side):
    return {"pk": side.objective.pk}


EXPORTERS = EVERYBODY
RATERS = SALES | MANAGERS | DIRECTION  # and readers: Marketing and Administrateur know no grade
ANSWERS = {**dict.fromkeys(("punctuality", "relationship", "effort", "potential", "prescriber"), 5), "comment": "Bien."}
OPINION = {**ANSWERS, "token": str(UUID(int=2))}
ASSIGNERS = MANAGERS | KEEPERS
NOTERS = CALLERS | {Who.MARKETING, Who.ADMINISTRATOR}  # of what clients need
NEED_KEEPERS = MANAGERS | {Who.MARKETING} | KEEPERS


def a_need(side):
    return {"pk": side.held.need_id}


def a_lacking_service(side: Side) -> dict:
    return {"offering": side.hole.service_id}


def a_cell(side: Side) -> dict:
    return {"row": f"segment-{side.score.segment}", "offering": side.hole.service_id}


def an_offer(side: Side) -> dict:
    return {"pk": side.offer.pk}


UNSAID = columns("segmentation_hole", "lifted_at", "lifted_by_id")
OPPORTUNITIES = [
    Page("cockpit:opportunities", get=EVERYBODY),
    Page(
        "cockpit:matrix-export",
        get=None,
        post=EXPORTERS,
        address=lambda side: {"file_format": "csv"},
        writes=frozenset({"accounts_export +"}),
    ),
    Page("cockpit:opportunity-list", get=EVERYBODY, shows=302),
    Page(
        "cockpit:opportunity",
        get=EVERYBODY,
        address=a_cell,
    ),
    Page(
        "cockpit:holes-export",
        get=None,
        post=EXPORTERS,
        address=lambda side: a_cell(side) | {"file_format": "csv"},
        writes=frozenset({"accounts_export +"}),
    ),
    Page(
        "cockpit:hole-columns",
        get=EVERYBODY,
        post=EVERYBODY,
        data=lambda side: {"colonne": ["chance", "motif"]},
        writes=frozenset({"accounts_listsettings +"}),
    ),
    Page(
        "cockpit:say-reason",
        get=None,
        post=CALLERS,
        address=a_lacking_service,
        data=lambda side: {
            "clients": side.client.pk,
            "hole_reason": "irrelevant",
            "happened_on": "",
            "until": tomorrow(),
            "hole_note": "",
        },
        answers=(302,),
        writes=UNSAID | {"segmentation_hole +"},
    ),
    Page(
        "cockpit:give-back",
        get=None,
        post=CALLERS,
        address=a_lacking_service,
        data=lambda side: {"clients": side.client.pk},
        answers=(302,),
        writes=UNSAID,
    ),
    Page("cockpit:undo-reason", get=None, post=CALLERS, address=lambda side: {"at": "2026-11-01T09:00:00+00:00"}),
    Page("cockpit:offers", get=EVERYBODY),
    Page(
        "cockpit:new-offer",
        get=NEED_KEEPERS,
        post=NEED_KEEPERS,
        data=lambda side: {
            "name": "Pilotage",
            "services": [side.service.pk, side.hole.service_id],
            "price": "1200",
            "segments": ["loyal"],
        },
        answers=(302,),
        writes=frozenset({"segmentation_offer +", "segmentation_offer_services +"}),
    ),
    Page(
        "cockpit:change-offer",
        get=NEED_KEEPERS,
        post=NEED_KEEPERS,
        address=an_offer,
        data=lambda side: {
            "name": "Pilotage",
            "services": [side.service.pk, side.hole.service_id],
            "price": "1200",
            "segments": ["champions"],
        },
        answers=(302,),
        writes=columns("segmentation_offer", "name", "price", "segments") | {"segmentation_offer_services -"},
    ),
    Page(
        "cockpit:withdraw-offer",
        get=None,
        post=NEED_KEEPERS,
        address=an_offer,
        answers=(302,),
        writes=columns("segmentation_offer", "withdrawn_at"),
    ),
]
NEEDS = [
    Page("cockpit:needs", get=EVERYBODY),
    Page("cockpit:need-crossing", get=EVERYBODY),
    Page(
        "cockpit:need-services",
        get=EVERYBODY,
        post=NEED_KEEPERS,
        data=lambda side: {"service": side.service.pk},
        answers=(302,),
        writes=frozenset({"segmentation_needservice -", "segmentation_clientneed.is_answered"}),
    ),
    Page("cockpit:need", get=EVERYBODY, address=a_need),
    Page(
        "cockpit:new-need",
        get=NEED_KEEPERS,
        post=NEED_KEEPERS,
        data=lambda side: {"name": "Embaucher", "situation": "je grandis", "wish": "embaucher", "aim": "tenir"},
        answers=(302,),
        writes=frozenset({"segmentation_need +"}),
    ),
    Page(
        "cockpit:change-need",
        get=NEED_KEEPERS,
        post=NEED_KEEPERS,
        address=a_need,
        data=lambda side: {
            "name": "Embaucher",
            "situation": "je grandis",
            "wish": "embaucher",
            "aim": "tenir",
            "position": 3,
        },
        answers=(302,),
        writes=columns("segmentation_need", "name", "situation", "wish", "aim", "position", "sort_name"),
    ),
    Page(
        "cockpit:follow-need",
        get=None,
        post=NEED_KEEPERS,
        address=a_need,
        data=lambda side: {"suivi": "0"},
        answers=(302,),
        writes=frozenset({"segmentation_need.is_active"}),
    ),
    Page(
        "cockpit:need-rule",
        get=NEED_KEEPERS,
        post=NEED_KEEPERS,
        address=a_need,
        data=lambda side: {"naf": "F", "months": "12", "match": "any"},
        answers=(302,),
        writes=frozenset({"segmentation_needrule +"}),
    ),
    Page(
        "cockpit:hear-need",
        get=None,
        post=NOTERS,
        address=a_need,
        data=lambda side: {"quote": "Au salon", "heard_on": "2026-10-06"},
        answers=(302,),
        writes=frozenset({"segmentation_needevidence +"}),
    ),
    Page(
        "cockpit:forget-evidence",
        get=None,
        post=EVERYBODY,
        address=lambda side: {"pk": 0},
        answers=(302,),
    ),
    Page(
        "cockpit:note-need",
        get=None,
        post=NOTERS,
        address=a_client,
        of_a_client=True,
        data=lambda side: {"need": side.held.need_id, "quote": "Encore", "heard_on": "2026-10-06"},
        answers=(302,),
        writes=frozenset({"segmentation_needevidence +"}),
    ),
    Page(
        "cockpit:give-need",  # writes nothing here: the client has it
        get=None,
        post=NOTERS,
        data=lambda side: {"clients": side.client.pk, "need": side.held.need_id},
        answers=(302,),
    ),
    Page(
        "cockpit:take-need",
        get=None,
        post=NOTERS,
        address=a_need,
        data=lambda side: {"clients": side.client.pk},
        answers=(302,),
        writes=columns("segmentation_clientneed", "is_refuted", "noted_at", "noted_by_id"),
    ),
    Page("cockpit:undo-need", get=None, post=NOTERS, answers=(302,)),
]
OVERSEERS = KEEPERS | {Who.MARKETING}  # of every client
COCKPIT: list[Page] = [
    Page("cockpit:dashboard", get=EVERYBODY),
    Page("cockpit:welcome", get=EVERYBODY),
    Page("cockpit:help", get=EVERYBODY),
    Page("cockpit:glossary", get=EVERYBODY),
    Page("cockpit:shortcuts", get=EVERYBODY),
    Page("cockpit:segmentation", get=EVERYBODY, shows=302),
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
        writes=columns("clients_contact", *CONTACT, "consented_at"),
    ),
    Page("cockpit:action-list", get=EVERYBODY),
    Page(
        "cockpit:new-action",
        get=CALLERS,
        post=CALLERS,
        data=lambda side: {
            "who": "x",
            "chosen": side.client.pk,
            "kind": "visit",
            "service": "",
            "due_on": tomorrow(),
            "assignee": "",
            "origin": "",
        },
        answers=(302, 422),  # the second for whoever does not see the client
        writes=frozenset({"campaigns_action +"}),
    ),
    Page("cockpit:returns", get=EVERYBODY),
    Page(
        "cockpit:complete-action",
        get=None,
        post=CALLERS,
        address=lambda side: {"pk": side.action.pk},
        of_a_client=True,
        data=lambda side: {"outcome": "done", "note": "Fait.", "minutes": "20"},
        answers=(302,),
        writes=columns("campaigns_action", "done_at", "done_by_id", "note", "outcome", "minutes") | TIMED,
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
    Page("cockpit:reports", get=READERS_OF_REPORTS),
    Page(
        "cockpit:diagnosis",
        get=KEEPERS,
        post=KEEPERS,
        data=lambda side: {"file": SimpleUploadedFile("fec.txt", b""), "company": "Roux"},
        answers=(422,),
    ),
    Page("cockpit:movements", get=EVERYBODY),
    Page(
        "cockpit:movements-export",
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
    Page(
        "cockpit:set-aside",
        get=None,
        post=CALLERS,
        data=lambda side: {
            "clients": side.client.pk,
            "reason": "",
            "motive": "seasonal",
            "aside_note": "",
            "until": tomorrow(),
        },
        answers=(302,),
        writes=frozenset(
            {
                "segmentation_risksetaside +",
                "segmentation_risk +",
                "segmentation_risk -",
                "segmentation_scoringrun.risks_version",
            }
        ),
    ),
    Page("cockpit:undo-set-aside", get=None, post=CALLERS, address=lambda side: {"at": "2026-11-01T09:00:00+00:00"}),
    Page("cockpit:aside-list", get=EVERYBODY),
    Page("cockpit:departed", get=EVERYBODY),
    Page(
        "cockpit:departed-export",
        get=None,
        post=EXPORTERS,
        address=as_csv,
        writes=frozenset({"accounts_export +"}),
    ),
    Page(
        "cockpit:validate-departure",
        get=None,
        post=CALLERS,
        address=a_client,
        of_a_client=True,
        data=lambda side: {"left_on": timezone.localdate(), "motive": "price", "departure_note": "15 % de moins."},
        answers=(302,),
        writes=columns("campaigns_action", "done_at", "done_by_id", "outcome")
        | {"clients_clientdeparture +", "segmentation_risk -", "segmentation_scoringrun.risks_version"},
    ),
    Page(
        "cockpit:take-back-departure",
        get=None,
        post=CALLERS,
        address=lambda side: {"pk": side.departure.pk},
        of_a_client=True,
        answers=(302,),
    ),
    Page(
        "cockpit:restore-alert",
        get=None,
        post=CALLERS,
        address=lambda side: {"pk": side.aside.pk},
        of_a_client=True,
        answers=(302,),
        writes=columns("segmentation_risksetaside", "lifted_at", "lifted_by_id")
        | {"segmentation_scoringrun.risks_version"},
    ),
    Page("cockpit:dedicated", get=EVERYBODY),
    Page(
        "cockpit:stand-in",
        get=None,
        post=ASSIGNERS,
        data=lambda side: {"clients": side.client.pk, "remplacant": ""},
        answers=(302,),
        writes=columns("clients_client", "backup_owner_id"),
    ),
    Page("cockpit:undo-stand-in", get=None, post=ASSIGNERS, answers=(302,)),
    Page("cockpit:ambassadors", get=EVERYBODY),
    Page(
        "cockpit:note-recommendation",  # writes nothing here: nobody is named, before as after
        get=None,
        post=CALLERS,
        address=a_client,
        of_a_client=True,
        data=lambda side: {"qui": ""},
        answers=(302,),
    ),
    Page("cockpit:playbook", get=EVERYBODY),
    Page("cockpit:play", get=EVERYBODY, address=a_segment),
    Page(
        "cockpit:edit-play",
        get=KEEPERS_OF_PLAYBOOK,
        post=KEEPERS_OF_PLAYBOOK,
        address=a_segment,
        data=lambda side: dict.fromkeys(
            ("objective", "actor", "talking_points", "offer", "frequency", "script"), "Un texte à nous."
        ),
        answers=(302,),
        writes=frozenset({"campaigns_play +"}),
    ),
    Page(
        "cockpit:restore-play",  # writes nothing here: the text is the original
        get=None,
        post=KEEPERS_OF_PLAYBOOK,
        address=a_segment,
        answers=(302,),
    ),
    Page("cockpit:triggers", get=EVERYBODY),
    Page(
        "cockpit:new-trigger",
        get=KEEPERS_OF_PLAYBOOK,
        post=KEEPERS_OF_PLAYBOOK,
        data=lambda side: A_TRIGGER,
        answers=(302,),
        writes=frozenset({"campaigns_triggerrule +"}),
    ),
    Page("cockpit:trigger", get=EVERYBODY, address=lambda side: {"pk": side.trigger.pk}),
    Page(
        "cockpit:edit-trigger",
        get=KEEPERS_OF_PLAYBOOK,
        post=KEEPERS_OF_PLAYBOOK,
        address=lambda side: {"pk": side.trigger.pk},
        data=lambda side: A_TRIGGER,
        answers=(302,),
        writes=columns("campaigns_triggerrule", "name", "days", "event_kind", "segments", "switched_on_at", "tried_at"),
    ),
    Page(
        "cockpit:try-trigger",
        get=None,
        post=KEEPERS_OF_PLAYBOOK,
        address=lambda side: {"pk": side.trigger.pk},
        answers=(302,),
        writes=columns("campaigns_triggerrule", "tried_at") | {"clients_event +"},
    ),
    Page(
        "cockpit:switch-trigger",
        get=None,
        post=KEEPERS_OF_PLAYBOOK,
        address=lambda side: {"pk": side.trigger.pk},
        data=lambda side: {"marche": "0"},
        answers=(302,),
        writes=columns("campaigns_triggerrule", "switched_on_at"),
    ),
    Page(
        "cockpit:note-event",
        get=None,
        post=CALLERS,
        address=a_client,
        of_a_client=True,
        data=lambda side: {"kind": "hiring", "happened_on": timezone.localdate(), "label": "Deux personnes"},
        answers=(302,),
        writes=frozenset({"clients_event +"}),
    ),
    Page(
        "cockpit:remove-event",
        get=None,
        post=CALLERS,
        address=lambda side: {"pk": side.event.pk},
        of_a_client=True,
        answers=(302,),
        writes=frozenset({"clients_event -", "campaigns_triggerfiring -"}),
    ),
    Page("cockpit:import-events", get=KEEPERS, post=KEEPERS, answers=(422,)),
    Page("cockpit:confirm-events", get=None, post=KEEPERS, answers=(302,)),
    Page(
        "cockpit:undo-events",
        get=None,
        post=KEEPERS,
        address=lambda side: {"pk": side.events.pk},
        answers=(302,),
        writes=columns("clients_tableimport", "undone_at"),
    ),
    Page("cockpit:tiers", get=EVERYBODY),
    Page("cockpit:rfm-map", get=EVERYBODY),
    Page("cockpit:crossing", get=EVERYBODY),
    Page(
        "cockpit:adopt-tiers",
        get=None,
        post=KEEPERS,
        writes=columns("segmentation_rules", "tiers_adopted_at", "tiers_adopted_by_id"),
    ),
    Page("cockpit:undo-adoption", get=None, post=KEEPERS),  # writes nothing here: nobody adopted them
    Page("cockpit:client-page", get=EVERYBODY, address=a_client, of_a_client=True),
    Page(
        "cockpit:data",
        get=KEEPERS,
        post=KEEPERS,
        data=lambda side: {"years": "3"},
        answers=(302,),
        writes=columns("accounts_firm", "forgets_after_years"),
    ),
    Page("cockpit:client-history", get=EVERYBODY, address=a_client, of_a_client=True),
    Page(
        "cockpit:export-person",
        get=None,
        post=EXPORTERS,
        address=lambda side: {"pk": side.client.pk, "file_format": "json"},
        of_a_client=True,
        writes=frozenset({"accounts_export +"}),
    ),
    Page(
        "cockpit:erase-contact",
        get=None,
        post=KEEPERS,
        address=lambda side: {"pk": side.client.pk, "contact_pk": side.contact.pk},
        of_a_client=True,
        data=lambda side: {"sure": "1"},
        answers=(302,),
        writes=frozenset({"clients_contact -"}),
    ),
    Page(
        "cockpit:erase-client",
        get=KEEPERS,
        post=KEEPERS,
        address=a_client,
        of_a_client=True,
        data=lambda side: {"typed": side.client.name},
        answers=(302,),
        writes=ERASED,
    ),
    Page(
        "cockpit:record-call",
        get=None,
        post=CALLERS,
        address=a_client,
        of_a_client=True,
        data=lambda side: {
            "outcome": "reached",
            "note": "Content.",
            "token": str(UUID(int=1)),
            "planned": "",
            "minutes": "20",
            "motive": "",
            "left_on": "",
        },
        answers=(302,),
        writes=columns("campaigns_action", "done_at", "done_by_id", "note", "outcome", "token", "minutes") | TIMED,
    ),
    Page("cockpit:meeting", get=CALLERS),
    Page(
        "cockpit:decide",
        get=None,
        post=CALLERS,
        data=lambda side: {
            "qui": side.client.code or side.client.name,
            "what": "Le rappeler.",
            "due_on": tomorrow(),
            "service": "",
            "kind": "visit",
            "assignee": "",
        },
        answers=(302,),
        writes=frozenset({"campaigns_action +", "campaigns_meetingdecision +"}),
    ),
    Page(
        "cockpit:withdraw-decision",
        get=None,
        post=CALLERS,
        address=lambda side: {"pk": 0},
        answers=(404,),
    ),
    Page("cockpit:call-round", get=CALLERS),
    Page(
        "cockpit:start-round",
        get=None,
        post=CALLERS,
        data=lambda side: {"liste": ""},
        answers=(302,),
        writes=frozenset({"campaigns_callround +"}),
    ),
    Page(
        "cockpit:pass-client",  # nothing is written without a round
        get=None,
        post=CALLERS,
        data=lambda side: {"client": side.client.pk},
        answers=(302,),
    ),
    Page("cockpit:end-round", get=None, post=CALLERS, answers=(302,)),
    Page(
        "cockpit:plan-action",
        get=None,
        post=CALLERS,
        address=a_client,
        of_a_client=True,
        data=lambda side: {"due_on": tomorrow(), "kind": "visit", "assignee": side.owner.pk, "service": ""},
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
        data=lambda side: {
            "clients": side.client.pk,
            "due_on": tomorrow(),
            "kind": "call",
            "assignee": "commercial",
            "service": "",
        },
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
        "cockpit:movement-columns",
        get=EVERYBODY,
        post=EVERYBODY,
        data=lambda side: {"colonne": ["cause"]},
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
    Page("cockpit:time", get=EVERYBODY),
    Page(
        "cockpit:time-export",
        get=None,
        post=EXPORTERS,
        address=as_csv,
        writes=frozenset({"accounts_export +"}),
    ),
    Page(
        "cockpit:note-time",
        get=None,
        post=CALLERS,
        of_a_client=False,
        data=lambda side: {**AN_HOUR, "who": side.client.code},
        answers=(302,),
        writes=NOTED,
    ),
    Page(
        "cockpit:note-client-time",
        get=None,
        post=CALLERS,
        address=a_client,
        of_a_client=True,
        data=lambda side: AN_HOUR,
        answers=(302,),
        writes=NOTED,
    ),
    Page(
        "cockpit:remove-time",
        get=None,
        post=CALLERS,
        address=lambda side: {"pk": side.time.pk},
        of_a_client=True,
        answers=(302,),
        writes=frozenset({"clients_timeentry -", "segmentation_clienttime -", "segmentation_persontime -"}),
    ),
    Page("cockpit:import-time", get=KEEPERS, post=KEEPERS, answers=(422,)),
    Page("cockpit:confirm-time", get=None, post=KEEPERS, answers=(302,)),
    Page("cockpit:undo-time", get=None, post=KEEPERS, address=lambda side: {"pk": 0}, answers=(404,)),
    Page("cockpit:prospects", get=EVERYBODY),
    Page(
        "cockpit:prospects-export",
        get=None,
        post=EVERYBODY,
        address=as_csv,
        writes=frozenset({"accounts_export +"}),
    ),
    Page("cockpit:portrait", get=frozenset({Who.MARKETING, Who.DIRECTION, Who.ADMINISTRATOR})),
    Page("cockpit:import-prospects", get=KEEPERS, post=KEEPERS, answers=(422,)),
    Page("cockpit:confirm-prospects", get=None, post=KEEPERS, answers=(302,)),
    Page(
        "cockpit:new-prospect",
        get=CALLERS,
        post=CALLERS,
        data=lambda side: a_company(side) | {"owner": ""},
        answers=(302,),
        writes=frozenset({"campaigns_prospect +"}),
    ),
    Page("cockpit:prospect", get=EVERYBODY, address=a_prospect, of_a_client=True),
    Page(
        "cockpit:edit-prospect",
        get=CALLERS,
        post=CALLERS,
        address=a_prospect,
        of_a_client=True,
        data=a_company,
        answers=(302,),
        writes=columns("campaigns_prospect", *COMPANY, "sort_name", "search_text"),
    ),
    Page(
        "cockpit:prospect-state",
        get=None,
        post=CALLERS,
        address=lambda side: {"pk": side.prospect.pk, "state": "interested"},
        of_a_client=True,
        answers=(302,),
        writes=frozenset({"campaigns_prospect.state"}),
    ),
    Page(
        "cockpit:put-back-prospect",
        get=None,
        post=CALLERS,
        address=a_prospect,
        of_a_client=True,
        answers=(302,),
        writes=columns("campaigns_prospect", "kept_at", "kept_by_id"),
    ),
    Page("cockpit:leave-out-prospect", get=None, post=CALLERS, address=a_prospect, of_a_client=True, answers=(302,)),
    Page(
        "cockpit:object-prospect",
        get=None,
        post=CALLERS,
        address=a_prospect,
        of_a_client=True,
        answers=(302,),
        writes=columns("campaigns_approach", "done_at", "done_by_id", "outcome") | {"campaigns_prospect.objected_at"},
    ),
    Page(
        "cockpit:lift-prospect-objection", get=None, post=CALLERS, address=a_prospect, of_a_client=True, answers=(302,)
    ),
    Page(
        "cockpit:win-prospect",
        get=None,
        post=CALLERS,
        address=a_prospect,
        of_a_client=True,
        answers=(302,),
        writes=columns("campaigns_prospect", "client_id", "former_state", "made_client", "state")
        | {"clients_client +", "clients_clientkey +"},
    ),
    Page("cockpit:lose-prospect", get=None, post=CALLERS, address=a_prospect, of_a_client=True, answers=(302,)),
    Page(
        "cockpit:plan-approach",
        get=None,
        post=CALLERS,
        address=a_prospect,
        of_a_client=True,
        data=lambda side: {"due_on": tomorrow(), "kind": "visit", "assignee": side.owner.pk},
        answers=(302,),
        writes=frozenset({"campaigns_approach +"}),
    ),
    Page(
        "cockpit:record-approach",
        get=None,
        post=CALLERS,
        address=an_approach,
        of_a_client=True,
        data=lambda side: {"outcome": "reached", "note": "Rappeler en janvier."},
        answers=(302,),
        writes=columns("campaigns_approach", "done_at", "done_by_id", "former_state", "note", "outcome")
        | columns("campaigns_prospect", "last_contact_on", "state"),
    ),
    Page("cockpit:reopen-approach", get=None, post=CALLERS, address=an_approach, of_a_client=True, answers=(302,)),
    Page("cockpit:objectives", get=EVERYBODY),
    Page("cockpit:objective", get=EVERYBODY, address=an_objective),
    Page(
        "cockpit:new-objective",
        get=DIRECTION,
        post=DIRECTION,
        data=lambda side: AIM,
        answers=(302,),
        writes=frozenset({"segmentation_objective +", "segmentation_clientobjective +"}),
    ),
    Page(
        "cockpit:edit-objective",
        get=DIRECTION,
        post=DIRECTION,
        address=an_objective,
        data=lambda side: AIM,
        answers=(302,),
        writes=columns("segmentation_objective", *AIM, "changed_at", but="services")
        | {"segmentation_clientobjective +", "segmentation_clientobjective -"},
    ),
    Page(
        "cockpit:close-objective",
        get=None,
        post=DIRECTION,
        address=an_objective,
        answers=(302,),
        writes=columns("segmentation_objective", "closed_at", "place", "reached") | {"segmentation_clientobjective -"},
    ),
    Page(
        "cockpit:objective-export",
        get=None,
        post=EXPORTERS,
        address=lambda side: {"pk": side.objective.pk, "file_format": "csv"},
        writes=frozenset({"accounts_export +"}),
    ),
    Page(
        "cockpit:exclude-client",
        get=None,
        post=KEEPERS,
        address=a_client,
        of_a_client=True,
        data=lambda side: {"motive": "Client interne"},
        answers=(302,),
        writes=frozenset({"segmentation_exclusion +"}) | columns("segmentation_rules", "revision"),
    ),
    Page("cockpit:include-client", get=None, post=KEEPERS, address=a_client, of_a_client=True, answers=(302,)),
    Page("cockpit:trust", get=OVERSEERS),
    Page(
        "cockpit:try-method",
        get=None,
        post=KEEPERS,
        data=lambda side: {"mois": "6"},
        answers=(302,),
        writes=frozenset({"segmentation_backtest +"}),
    ),
    Page("cockpit:relation", get=RATERS),
    Page(
        "cockpit:rate-client",
        get=RATERS,
        post=RATERS,
        address=a_client,
        of_a_client=True,
        data=lambda side: OPINION,
        answers=(302,),
        writes=frozenset(
            {"segmentation_assessment +", "segmentation_relationfacts +"}
        )  # beside the owner's opinion: orange still, no longer nearly red; and what figures say of a first rating
        | columns("segmentation_grade", "revenue", "below", "among", "per_hour", "usual_per_hour", "credit_share")
        | columns("segmentation_grade", *ANSWERS, but="comment")
        | columns("segmentation_grade", "score", "assessed_at", "raters", "spread", "gap")
        | columns("segmentation_grade", "red", "proposed_by_id"),
    ),
    Page(
        "cockpit:decide-red",
        get=None,
        post=RATERS,
        address=a_client,
        of_a_client=True,
        data=lambda side: {"decision": "confirm"},
        answers=(302,),
        writes=columns("segmentation_grade", "colour", "red", "since", "decided_by_id", "decided_at")
        | {"segmentation_formergrade +"},
    ),
    Page(
        "cockpit:reframing-plan",
        get=RATERS,
        post=RATERS,
        address=a_client,
        of_a_client=True,
        data=lambda side: {"clore": "1", "outcome": "Prix revu."},
        answers=(302,),
        writes=columns("segmentation_reframingplan", "outcome", "closed_at", "closed_by_id"),
    ),
    Page("cockpit:unplan-calls", get=None, post=CALLERS, address=lambda side: {"at": "2026-11-01T09:00:00+00:00"}),
    *NEEDS,
    *OPPORTUNITIES,
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
    *administration("clients_nafcode", lambda side: side.naf.pk, changes=True, adds=True),
    *list_in_and_out("clients_nafcode"),
    *administration("clients_tableimport", lambda side: side.table.pk),
    *administration("campaigns_prospect", lambda side: side.prospect.pk, changes=True, adds=True),
    *list_in_and_out("campaigns_prospect"),
    *administration("clients_invoice", lambda side: side.invoice.pk),
    *administration("clients_import", lambda side: side.batch.pk),
    *administration("accounts_firm", lambda side: 1),
    *administration("accounts_invitation", lambda side: side.invitation.pk),
]


def seen(side):
    """The draft that everybody may have before their eyes."""
    draft = Rules.objects.drafts().get()
    return {"version": draft.version, "revision": draft.revision}


def draft_of_60_days(side):
    filled = initial_of(Rules.objects.drafts().get()) | {"lost_after_months": 14, "do": "preview"}
    return {name: "" if value is None else value for name, value in filled.items()}


def draft_of_heavy_effort(side):
    return (
        grading.values_of(Rules.objects.drafts().get()) | seen(side) | {"effort_weight": 40, "worst_credit_share": 20}
    )


METHOD = [
    Page("cockpit:method", get=EVERYBODY),
    Page("cockpit:compare-versions", get=EVERYBODY),
    Page("cockpit:version", get=EVERYBODY, address=lambda side: {"number": 1}),
    Page("cockpit:excluded", get=EVERYBODY),
    Page(
        "cockpit:export-excluded",
        get=None,
        post=EXPORTERS,
        address=as_csv,
        writes=frozenset({"accounts_export +"}),
    ),
    Page(
        "cockpit:draft",
        get=KEEPERS,
        post=KEEPERS,
        data=draft_of_60_days,
        answers=(302,),
        writes=columns("segmentation_rules", "lost_after_months", "revision") | {"segmentation_preview +"},
    ),
    Page(
        "cockpit:draft-grading",
        get=KEEPERS,
        post=KEEPERS,
        data=draft_of_heavy_effort,
        answers=(302,),
        writes=columns("segmentation_graderules", "effort_weight") | columns("segmentation_rules", "revision"),
    ),
    Page(
        "cockpit:ask-preview",  # facts came since: the preview that is known is no longer worth anything
        get=None,
        post=KEEPERS,
        data=seen,
        answers=(302,),
        writes=frozenset({"segmentation_preview +", "segmentation_preview -"}),
    ),
    Page("cockpit:preview", get=KEEPERS, address=lambda side: {"pk": side.preview.pk}),
    Page(
        "cockpit:export-preview",
        get=None,
        post=KEEPERS,
        address=lambda side: {"pk": side.preview.pk, "file_format": "csv"},
        writes=frozenset({"accounts_export +"}),
    ),
    Page(
        "cockpit:publish-draft",
        get=None,
        post=KEEPERS,
        data=lambda side: seen(side) | {"reason": "Deux mois suffisent."},
        answers=(302,),
        writes=columns("segmentation_rules", "status", "reason", "published_at"),
    ),
    Page(
        "cockpit:abandon-draft",
        get=None,
        post=KEEPERS,
        data=seen,
        answers=(302,),
        writes=frozenset(
            f"segmentation_{table} -" for table in ("rules", "gridcell", "graderules", "preview", "scoringrun")
        ),
    ),
]
SENDERS = EVERYBODY - SALES


def a_draft(side):
    return {"pk": side.draft.pk}


def a_campaign(side):
    return {"pk": side.campaign.pk}


def a_recipient(side):
    return {"pk": side.received.pk}


def an_automation(side):
    return {"pk": side.automation.pk}


AN_AUTOMATION = {"name": "Un mot", "segment": "lost", "event_kind": "", "again": "never", "daily_cap": 5}


def a_part(name):
    return lambda side: {"pk": side.draft.pk, "part": name}


def a_move(name):
    return lambda side: {"pk": side.campaign.pk, "move": name}


def of_draft(name, *, data=None, who=EVERYBODY, writes=frozenset(), address=a_draft, answers=(302,)):
    """A post about a draft, which only those who may read it find."""
    return Page(
        f"cockpit:{name}", get=None, post=who, address=address, of_a_client=True,
        data=data or (lambda side: {}), answers=answers, writes=writes,
    )  # fmt: skip


MAILINGS = [
    Page("cockpit:campaigns", get=EVERYBODY),
    Page(
        "cockpit:new-campaign",
        get=EVERYBODY,
        post=EVERYBODY,
        data=lambda side: {"name": "Rentrée", "kind": "message", "segment": "loyal"},
        answers=(302,),
        writes=frozenset({"campaigns_campaign +", "campaigns_campaignmessage +"}),
    ),
    Page("cockpit:campaign-desk", get=EVERYBODY, address=a_draft, of_a_client=True),
    Page("cockpit:campaign", get=EVERYBODY, address=a_campaign, of_a_client=True),
    of_draft(
        "save-part",
        address=a_part("mesure"),
        data=lambda side: {"generic_share": 20, "held_share": 10, "outcome_days": 30, "cost": ""},
        writes=columns("campaigns_campaign", "generic_share", "held_share", "outcome_days")
        | {"campaigns_campaignmessage +"},
    ),
    of_draft(
        "save-message",
        data=lambda side: {"subject": "Autre objet", "body": "Autre texte ?"},
        writes=columns("campaigns_campaignmessage", "subject", "body"),
    ),
    of_draft("keep-message", writes=columns("campaigns_storedmessage", "subject", "body", "edited_by_id")),
    of_draft("try-message"),
    of_draft("submit-campaign", writes=columns("campaigns_campaign", "state", "submitted_at")),
    of_draft(
        "launch-campaign",
        who=SENDERS,
        data=lambda side: {"count": 1},
        writes=columns("campaigns_campaign", "state", "run_id", "launched_at", "launched_by_id")
        | {"campaigns_recipient +", "campaigns_link +"},
    ),
    of_draft("duplicate-campaign", writes=frozenset({"campaigns_campaign +", "campaigns_campaignmessage +"})),
    of_draft("delete-campaign", writes=frozenset({"campaigns_campaign -", "campaigns_campaignmessage -"})),
    of_draft("move-campaign", who=SENDERS, address=a_move("pause"), writes=columns("campaigns_campaign", "state")),
    of_draft(
        "settle-recipient",
        who=SENDERS,
        address=a_recipient,
        data=lambda side: {"do": "sent"},
        writes=columns("campaigns_recipient", "state", "sent_at", "settled_by_id"),
    ),
    of_draft(
        "note-reply",
        address=a_recipient,
        data=lambda side: {"replied": "1"},
        writes=columns("campaigns_recipient", "replied_at", "replied_by_id"),
    ),
    of_draft(
        "note-attendance",
        address=lambda side: {"pk": side.received.answer.pk},
        data=lambda side: {"attended": "1"},
        writes=columns("campaigns_answer", "attended", "attendance_noted_by_id"),
    ),
    Page(
        "cockpit:mail-settings",
        get=SENDERS,
        post=SENDERS,
        data=lambda side: {"sender_name": "Cabinet", "most_messages": 2, "most_days": 30},
        answers=(302,),
        writes=frozenset({"campaigns_mailsettings +"}),
    ),
    Page(
        "cockpit:add-proof",
        get=None,
        post=SENDERS,
        data=lambda side: {"text": "Deux jours gagnés.", "consented_on": "2026-10-01", "consent": "par écrit"},
        answers=(302,),
        writes=frozenset({"campaigns_proof +"}),
    ),
    Page(
        "cockpit:remove-proof",
        get=None,
        post=SENDERS,
        address=lambda side: {"pk": side.proof.pk},
        answers=(302,),
        writes=frozenset({"campaigns_proof -"}),
    ),
    Page(
        "cockpit:forget-message",
        get=None,
        post=SENDERS,
        address=lambda side: {"pk": side.stored.pk},
        answers=(302,),
        writes=frozenset({"campaigns_storedmessage -"}),
    ),
    Page(
        "cockpit:note-objection",
        get=None,
        post=SENDERS,
        data=lambda side: {"address": "plus-rien@client.example"},
        answers=(302,),
        writes=frozenset({"campaigns_suppression +"}),
    ),
    Page("cockpit:automations", get=SENDERS),
    Page(
        "cockpit:new-automation",
        get=SENDERS,
        post=SENDERS,
        data=lambda side: AN_AUTOMATION,
        answers=(302,),
        writes=frozenset({"campaigns_automation +", "campaigns_campaign +", "campaigns_campaignmessage +"}),
    ),
    Page("cockpit:automation", get=SENDERS, address=an_automation),
    Page(
        "cockpit:edit-automation",
        get=SENDERS,
        post=SENDERS,
        address=an_automation,
        data=lambda side: AN_AUTOMATION,
        answers=(302,),
        writes=columns("campaigns_automation", "segment", "daily_cap", "tried_at")
        | columns("campaigns_campaign", "name", "segments")
        | {"campaigns_campaignmessage +", "campaigns_campaignmessage -"},
    ),
    Page(
        "cockpit:write-automation",
        get=None,
        post=SENDERS,
        address=an_automation,
        data=lambda side: {"subject": "Autre objet", "body": "Autre texte ?"},
        answers=(302,),
        writes=columns("campaigns_campaignmessage", "subject", "body") | columns("campaigns_automation", "tried_at"),
    ),
    Page(
        "cockpit:try-automation",
        get=None,
        post=SENDERS,
        address=an_automation,
        answers=(302,),
        writes=columns("campaigns_automation", "tried_at"),
    ),
    Page(
        "cockpit:switch-automation",
        get=None,
        post=SENDERS,
        address=an_automation,
        data=lambda side: {"marche": "1"},
        answers=(302,),
        writes=columns("campaigns_automation", "switched_on_at")
        | columns("campaigns_campaign", "state", "launched_at", "launched_by_id"),
    ),
    Page(
        "campaigns:stop-messages",
        get=ANYBODY,
        post=ANYBODY,
        address=lambda side: {"token": objections.link_token(side.received)},
        writes=frozenset({"campaigns_suppression +"}),
    ),
    Page(
        "campaigns:follow-link",
        get=ANYBODY,
        address=lambda side: {
            "pk": side.campaign.links.get().pk,
            "token": token_of(side.received.pk, Purpose.CLICK),
        },
        shows=302,
        notes=frozenset({"campaigns_click"}),
    ),
    Page(
        "campaigns:answer",
        get=ANYBODY,
        post=ANYBODY,
        address=lambda side: {"token": answers.link_token(side.received)},
        data=lambda side: {"choice": "Bien"},
        writes=columns("campaigns_answer", "choice", "comment", "answered_at"),
    ),
]
PLANNERS = MANAGERS | DIRECTION


def a_scenario(side):
    return {"pk": side.scenario.pk}


def an_adopted(side):
    return {"pk": side.adopted.pk}


def shares(side):
    """The form of a scenario, saved as it stands but for the budget."""
    lines = {line.target: line for line in side.scenario.lines.all()}
    given = {
        f"{name}-{target}": getattr(line, name) for target, line in lines.items() for name in ("keeping", "winning")
    }
    rhythm = {f"interval-{target}": line.interval_days for target, line in lines.items()}
    return {
        **given, **{f"was-{name}": value for name, value in given.items()}, **rhythm,
        **{f"minutes-{target}": line.minutes for target, line in lines.items()},
        "budget": "12 000", "keeping_percent": 60, "do": "save",
    }  # fmt: skip


def of_plan(name, *, data=None, writes=frozenset(), address=a_scenario):
    return Page(
        f"cockpit:{name}", get=None, post=PLANNERS, address=address, of_a_client=True,
        data=data or (lambda side: {}), answers=(302,), writes=writes,
    )  # fmt: skip


ALLOCATION = [
    Page(
        "cockpit:plans",
        get=PLANNERS,
        post=PLANNERS,
        data=lambda side: {
            "name": "Essai",
            "starts_on": first_day_of_quarter(timezone.localdate()).isoformat(),
            "budget": "5000",
            "preset": "article",
        },
        answers=(302,),
        writes=frozenset({"campaigns_allocationplan +", "campaigns_allocationline +"}),
    ),
    Page("cockpit:compare-plans", get=PLANNERS, shows=302),
    Page("cockpit:contact-calendar", get=EVERYBODY - {Who.MARKETING, Who.ADMINISTRATOR}),
    Page(
        "cockpit:plan",
        get=PLANNERS,
        post=PLANNERS,
        address=a_scenario,
        of_a_client=True,
        data=shares,
        writes=columns("campaigns_allocationplan", "budget", "keeping_percent", "changed_at"),
    ),
    Page("cockpit:follow-plan", get=PLANNERS, address=an_adopted, of_a_client=True),
    of_plan(
        "apply-preset",
        data=lambda side: {"preset": "proteger"},
        writes=columns("campaigns_allocationplan", "keeping_percent", "changed_at")
        | columns("campaigns_allocationline", "keeping", "winning"),
    ),
    of_plan("fit-plan", data=lambda side: {"do": "fit"}, writes=columns("campaigns_allocationplan", "changed_at")),
    of_plan(
        "copy-plan",
        data=lambda side: {"name": "Copie"},
        writes=frozenset({"campaigns_allocationplan +", "campaigns_allocationline +"}),
    ),
    of_plan(
        "adopt-plan",
        writes=columns("campaigns_allocationplan", "adopted_at", "adopted_by_id")
        | {"campaigns_plannedcontact +"}
        | columns("campaigns_plannedcontact", "called_at"),
    ),
    of_plan(
        "give-up-plan",
        address=an_adopted,
        writes=columns("campaigns_allocationplan", "adopted_at", "adopted_by_id") | {"campaigns_plannedcontact -"},
    ),
    of_plan("delete-plan", writes=frozenset({"campaigns_allocationplan -", "campaigns_allocationline -"})),
    of_plan(
        "set-availability",
        data=lambda side: {"person": side.owner.pk, "days_off": "3", "field_percent": 40},
        writes=frozenset({"campaigns_availability +"}),
    ),
    of_plan(
        "add-spending",
        address=an_adopted,
        data=lambda side: {
            "target": "A",
            "purpose": "keep",
            "amount": "80",
            "spent_on": timezone.localdate().isoformat(),
            "label": "",
        },
        writes=frozenset({"campaigns_spending +"}),
    ),
    of_plan(
        "remove-spending", address=lambda side: {"pk": side.spending.pk}, writes=frozenset({"campaigns_spending -"})
    ),
]
ABOUT_CLIENTS = [*CLIENTS, *CAMPAIGNS, *COCKPIT, *MAILINGS, *ALLOCATION]
PAGES = [*WIRING, *ENTRANCE, *ACCOUNTS, *SETTINGS, *METHOD, *ABOUT_CLIENTS, *ADMINISTRATION]
