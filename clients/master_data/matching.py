"""Which client a row of a list means: by code, SIRET, SIREN and postcode, VAT number, e-mail; never by a similar name.

Everything is looked up in a number of queries that does not depend on the number of rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.models import User
from clients.folding import fold
from clients.imports.source import TABLE
from clients.keyed import keyed
from clients.likeness import Named
from clients.master_data.cells import Email, Postcode, Siren, Siret, Vat
from clients.models import Client, ClientKey, Source

ORDER = ("code", "siret", "siren", "vat_number", "email")


@dataclass(frozen=True)
class Identity:
    """What a row says of who a client is; empty where it says nothing, or nothing valid."""

    code: str = ""
    siret: str = ""
    siren: str = ""
    postcode: str = ""
    vat_number: str = ""
    email: str = ""
    name: str = ""  # folded

    @classmethod
    def of(cls, row: Mapping[str, str], prefix: str = "") -> "Identity":
        """The identity in these cells; a contact's row names its client under a prefix."""

        def cell(name: str) -> str:
            return row.get(f"{prefix}{name}", "")

        siret = Siret().found(cell("siret"))
        return cls(
            code=" ".join(cell("code").split()),
            siret=siret,
            siren=Siren().found(cell("siren")) or siret[:9],
            postcode=Postcode().clean(cell("postcode"), row),
            vat_number=Vat().found(cell("vat_number")),
            email=Email().clean(cell("email")),
            name=fold(cell("name")),
        )

    def named(self, key: str) -> Named:
        """This identity as names are compared, under a key."""
        return Named(key, self.name, self.siren, self.postcode)

    @property
    def has_only_a_name(self) -> bool:
        return not (self.code or self.siret or self.siren or self.vat_number or self.email)

    def hashes(self) -> set[str]:
        """What an erased client of this identity is known by."""
        located = f"{self.siren} {self.postcode}" if self.siren and self.postcode else ""
        name = self.name if self.has_only_a_name else ""
        return {keyed(one) for one in (self.code, self.siret, located, self.vat_number, self.email, name) if one}

    def values(self) -> list[tuple[str, object]]:
        """(kind, value) of each identity that it gives, in the order in which they are believed."""
        return [
            (kind, (self.siren, self.postcode) if kind == "siren" else getattr(self, kind))
            for kind in ORDER
            if getattr(self, kind) and (kind != "siren" or self.postcode)
        ]


class ClientIndex:
    """The clients that some rows may mean, as `by` sees them."""

    def __init__(self, identities: Iterable[Identity], *, by: User):
        wanted = list(identities)
        self.by = by
        self.found: dict[tuple[str, object], set[int]] = defaultdict(set)
        self.clients: dict[int, Client] = {}
        self.merged: dict[str, Client] = {}
        self.hashes: set[str] = set()  # of erased clients, among those of these rows
        self._read_clients(wanted)
        self._read_keys(wanted)
        self._read_hashes(wanted)

    def resolve(self, identity: Identity, *, by_name: bool = False) -> Client | None:
        """The client meant, None when it is nobody known.

        The first identity that answers wins, and one that several clients share answers nothing. The exact name
        answers for a row that gives nothing else, or when `by_name`. Two clients may share an e-mail or a VAT number:
        a different code or SIRET tells them apart. Raises ValidationError when the answers differ
        on a code and a SIRET, when a code stays ambiguous, for a client merged into another, and for one erased.
        """
        if self.hashes and not self.hashes.isdisjoint(identity.hashes()):
            raise ValidationError(
                _("Ce client a été effacé à sa demande : ce que dit la ligne ne peut plus être gardé. Retirez-la.")
            )
        if identity.code in self.merged and not self.found[("code", identity.code)]:
            raise ValidationError(self._merged(identity.code))
        answers = {
            kind: {pk for pk in self.found[(kind, value)] if not self._is_another(identity, kind, pk)}
            for kind, value in identity.values()
        }
        single = {kind: next(iter(ids)) for kind, ids in answers.items() if len(ids) == 1}
        if {"code", "siret"} <= single.keys() and single["code"] != single["siret"]:
            raise ValidationError(
                _(
                    "Le code désigne « %(code)s » et le SIRET désigne « %(siret)s » : ce sont deux clients. Corrigez "
                    "l’un des deux."
                )
                % {kind: self.clients[single[kind]] for kind in ("code", "siret")}
            )
        if single:
            return self.clients[next(single[kind] for kind in ORDER if kind in single)]
        if shared := next((ids for kind, ids in answers.items() if len(ids) > 1 and kind in ("code", "siret")), None):
            raise ValidationError(self._several(shared))
        if identity.has_only_a_name or by_name:
            found = self.named(identity.name, must_choose=identity.has_only_a_name)
            return found if found is None or not self._is_another(identity, "name", found.pk) else None
        return None

    def _is_another(self, identity: Identity, kind: str, pk: int) -> bool:
        """Whether a code or a SIRET says that this client, who shares an address or a VAT number, is somebody else."""
        if kind in ("code", "siret"):
            return False
        client = self.clients[pk]
        return any(
            getattr(identity, name) and getattr(client, name) and getattr(identity, name) != getattr(client, name)
            for name in ("code", "siret")
        )

    def named(self, name: str, *, must_choose: bool = True) -> Client | None:
        """The one client of exactly this folded name; ValidationError when several bear it and one must be chosen."""
        ids = self.found[("name", name)] if name else set()
        if len(ids) > 1 and must_choose:
            raise ValidationError(self._several(ids))
        return self.clients[next(iter(ids))] if len(ids) == 1 else None

    def _read_clients(self, wanted: list[Identity]) -> None:
        given = {kind: {getattr(one, kind) for one in wanted} - {""} for kind in (*ORDER, "name")}
        condition = Q(sort_name__in=given["name"]) | Q(address_in_lower_case__in=given["email"])
        for kind in ("code", "siret", "siren", "vat_number"):
            condition |= Q(**{f"{kind}__in": given[kind]})
        visible = Client.objects.visible_to(self.by).alias(address_in_lower_case=Lower("email"))
        for client in visible.filter(condition):
            self._keep(client)
        merged = Client.objects.filter(code__in=given["code"], merged_into__isnull=False).select_related("merged_into")
        self.merged = {client.code: client for client in merged}

    def _keep(self, client: Client) -> None:
        self.clients[client.pk] = client
        for kind in ("code", "siret", "vat_number"):
            if value := getattr(client, kind):
                self.found[(kind, value)].add(client.pk)
        if client.siren and client.postcode:
            self.found[("siren", (client.siren, client.postcode))].add(client.pk)
        if client.siren:
            self.found[("siren alone", client.siren)].add(client.pk)
        if client.email:
            self.found[("email", client.email.lower())].add(client.pk)
        self.found[("name", client.sort_name)].add(client.pk)

    def _read_keys(self, wanted: list[Identity]) -> None:
        kinds = {"code": ClientKey.Kind.CODE, "siret": ClientKey.Kind.SIRET, "vat_number": ClientKey.Kind.VAT}
        condition = Q()
        for kind, key_kind in kinds.items():
            condition |= Q(kind=key_kind, value__in={getattr(one, kind) for one in wanted} - {""})
        names = {key_kind: kind for kind, key_kind in kinds.items()}
        keys = list(ClientKey.objects.filter(condition).values_list("kind", "value", "client_id"))
        missing = {client_id for _kind, _value, client_id in keys} - self.clients.keys()
        for client in Client.objects.visible_to(self.by).filter(pk__in=missing):
            self._keep(client)
        for kind, value, client_id in keys:
            if client_id in self.clients:
                self.found[(names[kind], value)].add(client_id)

    def _read_hashes(self, wanted: list[Identity]) -> None:
        """Nothing is hashed while nobody was erased."""
        if Client.objects.filter(erased_at__isnull=False).exists():
            hashes = {value for identity in wanted for value in identity.hashes()}
            erased = ClientKey.objects.filter(client__erased_at__isnull=False, value__in=hashes)
            self.hashes = set(erased.values_list("value", flat=True))

    def _merged(self, code: str) -> str:
        return _("Ce client a été fusionné dans « %(name)s » (%(code)s). Retirez la ligne, ou écrivez ce code-là.") % {
            "name": self.merged[code].merged_into,
            "code": self.merged[code].merged_into.code or _("sans code"),
        }

    def _several(self, ids: set[int]) -> str:
        names = " ; ".join(sorted(described(self.clients[pk]) for pk in ids)[:5])
        return _(
            "Plusieurs clients répondent : %(names)s. Ajoutez dans le fichier ce qui les distingue : le code client, "
            "le SIRET, ou le SIREN avec le code postal."
        ) % {"names": names}


def described(client: Client) -> str:
    """A client as told from others of the same name: "Garage Martin (C0001, 75011 Paris)"."""
    place = f"{client.postcode} {client.city}".strip()
    details = ", ".join(part for part in (client.code, place) if part)
    return f"{client.name} ({details})" if details else client.name


def remember(clients: Iterable[Client]) -> None:
    """Keeps how these clients are known, so that invoices imported later find them; a key never changes hands here.

    A code is that of the tables imported without a source of their own, like the list it comes from. A client without
    code answers to its exact name there.
    """
    clients = list(clients)
    source = Source.objects.get_or_create(kind=Source.Kind.TABLE, name=TABLE)[0]
    keys = [
        ClientKey(client=client, kind=kind, value=value, source=source if kind in ("code", "name") else None)
        for client in clients
        for kind, value in (
            (ClientKey.Kind.CODE, client.code),
            (ClientKey.Kind.NAME, "" if client.code else " ".join(client.name.lower().split())),
            (ClientKey.Kind.SIRET, client.siret),
            (ClientKey.Kind.VAT, client.vat_number),
        )
        if value
    ]
    ClientKey.objects.bulk_create(keys, ignore_conflicts=True)


def agree_on_siren(instance: Any, row: Mapping[str, str]) -> None:
    """The SIREN follows the SIRET; a row that gives both, of two companies, raises ValidationError."""
    if instance.siret and not instance.siret.startswith(instance.siren):
        if Siren().found(row.get("siren", "")):
            raise ValidationError({"siret": _("Ce SIRET n’est pas celui de ce SIREN. Corrigez l’un des deux.")})
        instance.siren = ""
    instance.siren = instance.siren or instance.siret[:9]
