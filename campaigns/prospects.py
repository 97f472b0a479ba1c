"""The list of prospects, as files bring it: companies that are neither clients nor out of reach.

The Sirene register's own headings are read. Companies that asked not to be disclosed (`statutDiffusion` P) and those
that closed are never taken; existing clients stay out, with the reason.
"""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from campaigns.addresses import objecting, objection_keys
from campaigns.models import Prospect
from clients.folding import fold
from clients.imports.headings import FIELDS
from clients.master_data.cells import (
    STAFF,
    Choice,
    Day,
    Email,
    LeftError,
    Lines,
    Moment,
    Naf,
    Phone,
    Postcode,
    Siren,
    Siret,
    Staff,
    plain,
)
from clients.master_data.columns import Column
from clients.master_data.matching import ClientIndex, Identity, agree_on_siren
from clients.master_data.people import FollowedResource
from clients.models import Client

STATES = {
    Prospect.State.NEW: "new|a contacter|a qualifier|prospect",
    Prospect.State.CONTACTED: "contacted|contactee|appele|relance",
    Prospect.State.INTERESTED: "interested|chaud|hot|qualifie",
    Prospect.State.DISMISSED: "dismissed|perdu|refus|abandonne|lost|froid",
}
LIST = "prospects"  # what its imports are called
CLOSED = frozenset(["f", "ferme", "fermee", "c", "cessee", "closed"])
NOT_DISCLOSED = frozenset(["p", "n", "non diffusible", "partiel", "partiellement diffusible"])


def out_of_reach(row: Mapping[str, str]) -> str:
    """Why the register keeps a company from being a prospect, whoever asks; empty when it does not."""
    if plain(row.get("disclosed", "")) in NOT_DISCLOSED:
        return _("Entreprise qui s’oppose à la diffusion de ses données (Sirene)")
    if plain(row.get("opened", "")) in CLOSED:
        return _("Établissement fermé (Sirene)")
    return ""


class ProspectResource(FollowedResource):
    columns = [
        Column(
            "name",
            gettext_lazy("Nom"),
            f"{FIELDS['client']}|denominationunitelegale|denominationusuelleetablissement|enseigne1etablissement"
            "|enseigne|prospect",
        ),
        Column("siren", "SIREN", FIELDS["siren"], Siren()),
        Column("siret", "SIRET", FIELDS["siret"], Siret()),
        Column(
            "naf_code",
            gettext_lazy("Code NAF"),
            "naf|ape|code ape|activite|activiteprincipaleetablissement|activiteprincipaleunitelegale|industry code",
            Naf(),
        ),
        Column(
            "naf_nomenclature",
            gettext_lazy("Nomenclature NAF"),
            "nomenclature|nomenclatureactiviteprincipaleetablissement|nomenclatureactiviteprincipaleunitelegale",
        ),
        Column(
            "workforce",
            gettext_lazy("Effectif"),
            STAFF,
            Staff(),
        ),
        Column("address", gettext_lazy("Adresse"), f"{FIELDS['address']}|libellevoieetablissement"),
        Column("postcode", gettext_lazy("Code postal"), f"{FIELDS['postcode']}|codepostaletablissement", Postcode()),
        Column("city", gettext_lazy("Ville"), f"{FIELDS['city']}|libellecommuneetablissement"),
        Column("email", gettext_lazy("E-mail"), FIELDS["email"], Email()),
        Column("phone", gettext_lazy("Téléphone"), FIELDS["phone"], Phone()),
        Column("website", gettext_lazy("Site web"), "site|site internet|url|website|web"),
        Column(
            "contact_name", gettext_lazy("Interlocuteur"), "contact|nom du contact|dirigeant|gerant|contact name|ceo"
        ),
        Column("source_label", gettext_lazy("Origine"), "source|provenance|canal|campagne|origin|lead source"),
        Column(
            "state",
            gettext_lazy("État"),
            "statut|status|etape|stage|state",
            Choice([c for c in Prospect.State.choices if c[0] != Prospect.State.CLIENT], STATES),
            keeps=True,
        ),
        Column(
            "owner",
            pgettext_lazy("who looks after a client", "Commercial"),
            f"{FIELDS['owner']}|suivi par|owner",
            attribute="owner_id",
        ),
        Column(
            "recommended_by",
            gettext_lazy("Recommandé par"),
            "recommandation|prescripteur|parrain|apporteur|referred by|referrer",
            attribute="recommended_by_id",
        ),
        Column(
            "notes", gettext_lazy("Notes"), "note|commentaire|commentaires|remarques|observations|comments", Lines()
        ),
        Column("last_contact_on", gettext_lazy("Dernier contact"), "date de dernier contact|last contact", Day()),
        Column(
            "objected_at",
            gettext_lazy("Opposition"),
            "opposition recue le|desinscrit|opt out|unsubscribed|do not contact|ne pas contacter",
            Moment(),
            keeps=True,
        ),
        Column(
            "workforce_code",
            gettext_lazy("Tranche d’effectif Sirene"),
            "tranche d effectif|tranche effectif|trancheeffectifsetablissement|trancheeffectifsunitelegale",
            attribute=None,
            is_written=False,
        ),
        Column(
            "disclosed",
            gettext_lazy("Diffusion Sirene"),
            "statutdiffusionetablissement|statutdiffusionunitelegale|statutdiffusion|statut diffusion",
            attribute=None,
            is_written=False,
        ),
        Column(
            "opened",
            gettext_lazy("État administratif Sirene"),
            "etatadministratifetablissement|etatadministratifunitelegale|etat administratif",
            attribute=None,
            is_written=False,
        ),
        Column(
            "street_number", gettext_lazy("Numéro de voie"), "numerovoieetablissement", attribute=None, is_written=False
        ),
        Column("street_kind", gettext_lazy("Type de voie"), "typevoieetablissement", attribute=None, is_written=False),
    ]
    needs = [frozenset({"name", "siret", "siren"})]
    lifted = "objected_at"

    class Meta(FollowedResource.Meta):
        model = Prospect
        store_instance = True

    def prepare(self, rows):
        self.read_people()
        self.identities = {row["line"]: Identity.of(row) for row in rows}
        self._read_prospects()
        self._read_clients(rows)
        self.objecting = objecting(key for row in rows for key in self._keys(row))

    def find(self, row):
        identity = self.identities[row["line"]]
        self._keep_out(row, identity)
        found = self.by_siret.get(identity.siret) if identity.siret else None
        if found is None and identity.siren:
            alike = self.by_siren.get(identity.siren, [])
            # The company as a whole, or its only place known; another SIRET is another place.
            found = (
                next((one for one in alike if not (identity.siret and one.siret)), None) if len(alike) == 1 else None
            )
        if found is None and not identity.siren and identity.name:
            found = self.by_name.get((identity.name, identity.postcode))
        return found

    def names_of(self, row):
        identity = self.identities[row["line"]]
        if identity.siret or identity.siren:
            return [("siret", identity.siret) if identity.siret else ("siren", identity.siren)]
        return [("name", identity.name, identity.postcode)]

    def derive(self, instance, row):
        if not instance.name:
            raise ValidationError({"name": _("Ce prospect n’a pas de nom. Ajoutez-le.")})
        if row.get("workforce_code") in Prospect.Workforce.values:
            instance.workforce = row["workforce_code"]
        agree_on_siren(instance, row)
        if instance.objected_at is None and self.objecting.intersection(self._keys(row)):
            instance.objected_at = timezone.now()  # it objected before, and was forgotten since

    def read_address(self, text, row):
        return " ".join(f"{row.get('street_number', '')} {row.get('street_kind', '')} {text}".split())

    def read_recommended_by(self, text, row):
        ids = self.recommenders.get(fold(text), set())
        if len(ids) != 1:
            raise LeftError(
                _(
                    "« %(name)s » ne désigne aucun client, ou plusieurs : la recommandation n’est pas reprise. "
                    "Écrivez son code."
                )
                % {"name": text[:80]}
            )
        return next(iter(ids))

    def show_recommended_by(self, pk):
        return self.client_names.get(pk, "")

    def dehydrate_recommended_by(self, prospect):
        client = prospect.recommended_by
        return (client.code or client.name) if client else ""

    def dehydrate_state(self, prospect):
        """A prospect won has its client to say so: the column says what a file may say."""
        return "" if prospect.state == Prospect.State.CLIENT else str(prospect.get_state_display())

    def _keys(self, row):
        return objection_keys(email=row.get("email", ""), siret=self.identities[row["line"]].siret)

    def _keep_out(self, row, identity):
        """Raises for a company that no list of prospects may hold."""
        if reason := out_of_reach(row):
            raise self.left_out(reason)
        for kind, value in (("siret", identity.siret), ("siren alone", identity.siren)):
            if value and self.known_clients.found[(kind, value)]:
                raise self.left_out(_("Déjà client (même SIREN ou SIRET)"))

    def _read_prospects(self):
        given = list(self.identities.values())
        visible = Prospect.objects.visible_to(self.by)
        prospects = list(
            visible.filter(siret__in={one.siret for one in given} - {""})
            | visible.filter(siren__in={one.siren for one in given} - {""})
            | visible.filter(sort_name__in={one.name for one in given} - {""})
        )
        self.by_siret = {prospect.siret: prospect for prospect in prospects if prospect.siret}
        self.by_siren: dict[str, list[Prospect]] = {}
        self.by_name: dict[tuple[str, str], Prospect] = {}
        for prospect in prospects:
            if prospect.siren:
                self.by_siren.setdefault(prospect.siren, []).append(prospect)
            self.by_name.setdefault((prospect.sort_name, prospect.postcode), prospect)

    def _read_clients(self, rows):
        """Clients that must stay out, whoever looks after them, and those that recommend."""
        legal = {Identity(siret=one.siret, siren=one.siren) for one in self.identities.values()}
        self.known_clients = ClientIndex(legal, by=self.by)
        texts = {" ".join(row["recommended_by"].split()) for row in rows if row.get("recommended_by")}
        visible = Client.objects.visible_to(self.by)
        found = visible.filter(code__in=texts) | visible.filter(sort_name__in={fold(text) for text in texts})
        self.recommenders: dict[str, set[int]] = {}
        self.client_names: dict[int, str] = {}
        for client in found if texts else []:
            self.client_names[client.pk] = client.name
            for key in {fold(client.code), client.sort_name} - {""}:
                self.recommenders.setdefault(key, set()).add(client.pk)
        former = {one.recommended_by_id for one in self.by_name.values()} - self.client_names.keys() - {None}
        self.client_names |= dict(Client.objects.filter(pk__in=former).values_list("pk", "name"))
