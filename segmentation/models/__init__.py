"""Judgement: the rules, each scoring of everybody under them, and what it found about one client."""

from segmentation.models.backtests import Backtest, BacktestQuerySet
from segmentation.models.holes import CLOSING, DATED, Hole, HoleQuerySet, HoleReason
from segmentation.models.hours import ClientTime, PersonTime
from segmentation.models.kept import KeptFacts, KeptHabit, KeptRun
from segmentation.models.lifetime import LifetimeValue
from segmentation.models.movements import Cause, Movement, MovementQuerySet
from segmentation.models.needs import (
    ClientNeed,
    ClientNeedQuerySet,
    Need,
    NeedEvidence,
    NeedRule,
    NeedService,
)
from segmentation.models.nights import LedgerEntry
from segmentation.models.objectives import ClientObjective, Objective
from segmentation.models.offers import Offer
from segmentation.models.opportunities import FEWEST_ALIKE, Bundle, Holding, Offering, OfferOdds, Peer, PeerGroup
from segmentation.models.portraits import Portrait, PortraitLine, Trait
from segmentation.models.previews import Preview
from segmentation.models.relation import (
    CRITERIA,
    FACTS,
    QUESTIONS,
    Assessment,
    Colour,
    FormerGrade,
    Grade,
    GradeQuerySet,
    GradeRules,
    ReframingPlan,
    RelationFacts,
)
from segmentation.models.risks import Drop, Risk
from segmentation.models.rules import Exclusion, GridCell, Rules, ScoredUnit, ScoringMode
from segmentation.models.runs import Fallback, ScoringRun, ScoringRunQuerySet, WithoutRfm
from segmentation.models.scores import (
    NO_RISK,
    RFM_FIELDS,
    WITH_RFM,
    WITHOUT_RFM,
    Behaviour,
    RiskReason,
    Score,
    ScoreQuerySet,
    ShownRisk,
    reason_shown,
    shown_today,
)
from segmentation.models.segments import Segment, SegmentSlug, Tier
from segmentation.models.set_asides import Motive, RiskSetAside
from segmentation.models.stops import StoppedService
from segmentation.models.unscored import Unscored

__all__ = [
    "CLOSING",
    "CRITERIA",
    "DATED",
    "FACTS",
    "FEWEST_ALIKE",
    "NO_RISK",
    "QUESTIONS",
    "RFM_FIELDS",
    "WITHOUT_RFM",
    "WITH_RFM",
    "Assessment",
    "Backtest",
    "BacktestQuerySet",
    "Behaviour",
    "Bundle",
    "Cause",
    "ClientNeed",
    "ClientNeedQuerySet",
    "ClientObjective",
    "ClientTime",
    "Colour",
    "Drop",
    "Exclusion",
    "Fallback",
    "FormerGrade",
    "Grade",
    "GradeQuerySet",
    "GradeRules",
    "GridCell",
    "Holding",
    "Hole",
    "HoleQuerySet",
    "HoleReason",
    "KeptFacts",
    "KeptHabit",
    "KeptRun",
    "LedgerEntry",
    "LifetimeValue",
    "Motive",
    "Movement",
    "MovementQuerySet",
    "Need",
    "NeedEvidence",
    "NeedRule",
    "NeedService",
    "Objective",
    "Offer",
    "OfferOdds",
    "Offering",
    "Peer",
    "PeerGroup",
    "PersonTime",
    "Portrait",
    "PortraitLine",
    "Preview",
    "ReframingPlan",
    "RelationFacts",
    "Risk",
    "RiskReason",
    "RiskSetAside",
    "Rules",
    "Score",
    "ScoreQuerySet",
    "ScoredUnit",
    "ScoringMode",
    "ScoringRun",
    "ScoringRunQuerySet",
    "Segment",
    "SegmentSlug",
    "ShownRisk",
    "StoppedService",
    "Tier",
    "Trait",
    "Unscored",
    "WithoutRfm",
    "reason_shown",
    "shown_today",
]
