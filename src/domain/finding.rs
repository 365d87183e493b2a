//! What a handoff or a validator reported: open until it becomes a feature or is dismissed; one that is put off stays open.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::environment::CommandRun;
use super::id::{AssertionId, AttemptId, Commit, FeatureId, FindingId, MilestoneId, Timestamp};
use super::mission::Mission;
use super::plan::FeatureSpec;
use super::text::{Line, Prose, Title, worded};
use super::verdict::{EvidenceRef, Verdict};

/// Something reported that somebody must decide on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub id: FindingId,
    pub severity: Severity,
    pub source: Source,
    /// The milestone that was being flown.
    pub milestone: MilestoneId,
    /// The feature it is about, where it is about one.
    pub feature: Option<FeatureId>,
    /// The assertion that failed, where one did.
    pub assertion: Option<AssertionId>,
    /// The sealed assertion that failed, where one did: those who mend it are not told which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<AssertionId>,
    pub description: Line,
    pub suggested_fix: Option<Line>,
    /// Lines of a diff that show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hunk: Option<Prose>,
    pub state: FindingState,
    /// What a later validator saw of it, the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Sighting>,
}

/// Severities with their meanings: agents read them in the schemas of their tools and in their prompts.
macro_rules! severities {
    ($($severity:ident: $meaning:literal;)*) => {
        /// How much it weighs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[derive(Serialize, Deserialize, JsonSchema, IntoStaticStr, VariantArray)]
        #[schemars(description = "")]
        #[serde(rename_all = "snake_case")]
        #[strum(serialize_all = "snake_case")]
        pub enum Severity {
            // What it means stands in the prompts.
            $(#[doc = $meaning] #[schemars(description = "")] $severity,)*
        }

        impl Severity {
            /// Every severity, the heaviest first.
            pub const ALL: &'static [Self] = <Self as VariantArray>::VARIANTS;

            /// What it means.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$severity => $meaning,)* }
            }
        }
    };
}

severities! {
    Blocking: "A criterion or an assertion does not hold, or data is lost or leaks.";
    NonBlocking: "A user meets it, but every criterion and assertion holds, and no data is lost or leaks.";
    Suggestion: "No user meets it: right as it is, and could be better.";
}

worded!(Severity);

/// What a validator saw of a finding that was known before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    pub attempt: AttemptId,
    pub round: u32,
    /// The commit under test.
    pub commit: Commit,
    pub sight: Sight,
    pub observed: Line,
}

/// Whether a known finding is still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "")]
#[serde(rename_all = "snake_case")]
pub enum Sight {
    /// You saw it again.
    #[schemars(description = "")]
    StillHolds,
    /// You tried what it says, and it is mended.
    #[schemars(description = "")]
    NoLongerHolds,
}

/// A [`Sighting`] as a validator reports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "")]
pub struct Observation {
    /// Such as FND-3.
    pub finding: FindingId,
    pub now: Sight,
    /// What you did and what you saw, this time.
    #[schemars(extend("x-cut" = true))]
    pub observed: Line,
}

/// Where a finding comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// An issue that a handoff names.
    Handoff { attempt: AttemptId },
    /// An item that a handoff left undone.
    LeftUndone { attempt: AttemptId },
    /// A claim that the engine could not confirm.
    RefutedClaim { attempt: AttemptId },
    /// A claim of a handoff that its reviewer found false.
    FalseClaim { attempt: AttemptId },
    /// Something that the engine saw taken away from tests or gates, or tests that came and prove nothing.
    Tampering { attempt: AttemptId },
    /// A gate command that failed.
    GateCommand,
    /// An issue of a reviewer.
    Review { attempt: AttemptId },
    /// An issue of the scrutiny validator.
    Scrutiny { attempt: AttemptId },
    /// A failed verdict.
    Verdict { attempt: AttemptId },
    /// An issue of the user-testing validator.
    UserTesting { attempt: AttemptId },
    /// A NO-GO with its note.
    Gate,
    /// A verdict that failed, and then did not when it was tried again.
    Flaky { attempt: AttemptId },
    /// A check's command that failed and passed when the engine ran it again at the same commit.
    FlakyCheck,
    /// A check that stays green whatever is undone of the app.
    Sabotage,
    /// A worker's request to change the contract.
    Amendment { attempt: AttemptId },
}

/// Whether a finding is decided on, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    /// Nobody has decided on it yet.
    Open,
    TakenUp {
        feature: FeatureId,
    },
    Dismissed {
        reason: Line,
    },
    /// Put off: it is open still, and is asked about again.
    Deferred {
        until: Until,
        reason: Line,
        at: Timestamp,
    },
}

/// When a finding that is put off is asked about again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[derive(Serialize, Deserialize, JsonSchema, IntoStaticStr, EnumString)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Until {
    /// The next round looks at it, and it is decided on anew.
    NextRound,
    /// The person is asked at the gate of its milestone.
    Milestone,
    /// The person is asked at the final gate.
    Final,
}

worded!(Until);

impl Source {
    /// The attempt that reported it; `None` for the engine's own and for a person's.
    pub fn attempt(&self) -> Option<AttemptId> {
        match self {
            Self::Handoff { attempt }
            | Self::LeftUndone { attempt }
            | Self::RefutedClaim { attempt }
            | Self::FalseClaim { attempt }
            | Self::Tampering { attempt }
            | Self::Review { attempt }
            | Self::Scrutiny { attempt }
            | Self::Verdict { attempt }
            | Self::UserTesting { attempt }
            | Self::Flaky { attempt }
            | Self::Amendment { attempt } => Some(*attempt),
            Self::GateCommand | Self::FlakyCheck | Self::Sabotage | Self::Gate => None,
        }
    }
}

impl Finding {
    /// It with what it says, for a sentence: `FND-3 (blocking: the page is empty)`.
    pub fn quoted(&self) -> String {
        format!("{} ({}: {})", self.id, self.severity.word(), self.description)
    }

    /// Whether it is neither mended nor dismissed; one that is put off is open.
    pub fn is_open(&self) -> bool {
        self.is_undecided() || self.is_put_off()
    }

    /// Whether nobody has decided on it yet.
    pub fn is_undecided(&self) -> bool {
        self.state == FindingState::Open
    }

    /// Whether it was put off.
    pub fn is_put_off(&self) -> bool {
        matches!(self.state, FindingState::Deferred { .. })
    }

    /// Whether it is about what a handoff says: it is set right by the program, or by a handoff that corrects it or no
    /// longer says it.
    pub fn is_claim(&self) -> bool {
        matches!(self.source, Source::RefutedClaim { .. } | Source::FalseClaim { .. })
    }

    /// Whether the next feature waits until it is decided on; the others wait for the milestone.
    pub fn is_pressing(&self) -> bool {
        let asked = matches!(self.source, Source::LeftUndone { .. } | Source::Amendment { .. });
        self.severity == Severity::Blocking || asked
    }

    /// A feature that mends it, in its own words.
    pub fn fix(&self) -> FeatureSpec {
        let suggested = self.suggested_fix.as_ref().map(|fix| format!("\n\nSuggested: {fix}"));
        let (verb, criterion) = if self.is_claim() {
            let criterion =
                format!("What {} names is so, or the handoff corrects it or no longer says it.", self.id);
            ("Set right", criterion)
        } else {
            ("Mend", format!("What {} describes no longer happens, and a test shows it.", self.id))
        };
        FeatureSpec {
            title: Title::clipped(format!("{verb} {}: {}", self.id, self.description)),
            description: Prose::clipped(format!("{}{}", self.description, suggested.unwrap_or_default())),
            criteria: vec![Line::clipped(criterion)],
        }
    }
}

impl Mission {
    /// The failed verdict that a finding rests on, where it rests on one.
    pub fn verdict_behind(&self, finding: &Finding) -> Option<&Verdict> {
        let Source::Verdict { attempt } = &finding.source else { return None };
        let verdicts = self.verdicts.get(finding.about()?)?;
        verdicts.iter().rev().find(|verdict| verdict.attempt == *attempt && !verdict.again)
    }

    /// The evidence that those who mend a finding may see: nothing that shows what a sealed assertion asks for.
    pub fn shown_evidence_of(&self, finding: &Finding) -> Vec<EvidenceRef> {
        if finding.sealed.is_some() { Vec::new() } else { self.evidence_of(finding) }
    }

    /// The evidence that shows what a finding says: of its verdict, or of the commands that failed.
    pub fn evidence_of(&self, finding: &Finding) -> Vec<EvidenceRef> {
        // A claim is refuted by a run that is green as well: one of no test, or one that was claimed to be red.
        let named = |runs: &[CommandRun]| -> Vec<EvidenceRef> {
            let named = runs
                .iter()
                .filter(|run| finding.description.as_str().contains(&format!("`{}`", run.command)));
            named.filter_map(|run| run.evidence.clone().map(EvidenceRef)).collect()
        };
        match &finding.source {
            Source::Verdict { .. } => {
                self.verdict_behind(finding).into_iter().flat_map(Verdict::pieces).cloned().collect()
            }
            Source::RefutedClaim { .. } => {
                let runs = finding.feature.and_then(|feature| self.claim_runs.get(&feature));
                runs.map(|runs| named(runs)).unwrap_or_default()
            }
            Source::GateCommand => self
                .rounds_of(finding.milestone)
                .next_back()
                .map(|round| named(&round.runs))
                .unwrap_or_default(),
            Source::Sabotage => {
                let tried = finding.about().and_then(|id| self.sabotages.get(id));
                let runs = tried.into_iter().flat_map(|sabotage| &sabotage.undone);
                runs.filter_map(|undone| undone.evidence.clone().map(EvidenceRef)).take(1).collect()
            }
            Source::FlakyCheck => {
                let checks = self.rounds_of(finding.milestone).flat_map(|round| &round.checks);
                let own = checks.filter(|check| Some(&check.assertion) == finding.assertion.as_ref());
                let red = own.rev().find(|check| !check.run.passed());
                red.and_then(|check| check.run.evidence.clone().map(EvidenceRef)).into_iter().collect()
            }
            Source::Flaky { attempt } => {
                let given = finding.about().and_then(|id| self.verdicts.get(id));
                let own = given.into_iter().flatten().filter(|verdict| verdict.attempt == *attempt);
                own.flat_map(Verdict::pieces).cloned().collect()
            }
            Source::Handoff { .. }
            | Source::LeftUndone { .. }
            | Source::FalseClaim { .. }
            | Source::Tampering { .. }
            | Source::Review { .. }
            | Source::Scrutiny { .. }
            | Source::UserTesting { .. }
            | Source::Gate
            | Source::Amendment { .. } => Vec::new(),
        }
    }
}

/// What is decided about one finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriageDecision {
    pub finding: FindingId,
    pub ruling: Ruling,
}

/// The ways to decide on a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// A fix feature, built before anything else, and the assertions it is to make hold.
    Feature {
        spec: FeatureSpec,
        #[serde(default)]
        fulfills: Vec<AssertionId>,
    },
    /// Mended by the same fix feature as another finding.
    Join { with: FindingId },
    /// Nothing is done about it.
    Dismiss { reason: Line },
    /// It is put off and stays open.
    Defer { until: Until, reason: Line },
}
