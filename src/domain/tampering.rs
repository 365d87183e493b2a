//! What the engine saw that takes something away from the tests and gates of a mission: they are its denominator, and what
//! passes against fewer of them proves less.

use serde::{Deserialize, Serialize};

use super::finding::{Finding, FindingState, Severity, Sight, Source};
use super::gate::GateId;
use super::mission::Mission;
use super::text::{Line, Prose};

/// Something that tests less than before, in plain words, with the lines that show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspicion {
    pub severity: Severity,
    pub description: Line,
    /// Lines with their marks, as a diff has them.
    pub hunk: Option<Prose>,
}

impl Suspicion {
    /// Something that takes a proof away: it has to be undone, or a person has to agree.
    pub fn blocking(description: impl AsRef<str>, hunk: impl AsRef<str>) -> Self {
        Self::new(Severity::Blocking, description, hunk)
    }

    /// Something that may be sound, and that somebody has to look at.
    pub fn doubtful(description: impl AsRef<str>, hunk: impl AsRef<str>) -> Self {
        Self::new(Severity::NonBlocking, description, hunk)
    }

    /// The same with what else shows it, which settles it.
    #[must_use]
    pub fn with(&self, words: &str) -> Self {
        let hunk = self.hunk.as_ref().map_or("", |hunk| hunk.as_str());
        Self::blocking(format!("{}; {words}", self.description), hunk)
    }

    fn new(severity: Severity, description: impl AsRef<str>, hunk: impl AsRef<str>) -> Self {
        let hunk = Some(Prose::clipped(hunk)).filter(|hunk| !hunk.is_empty());
        Self { severity, description: Line::clipped(description), hunk }
    }
}

impl Mission {
    /// What was taken from tests or gates, or claimed and refuted, and let be by agents alone: it is not mended, and the
    /// person has not agreed.
    pub fn let_be(&self, gate: GateId) -> impl Iterator<Item = &Finding> {
        self.findings.values().filter(move |finding| {
            (finding.is_claim() || matches!(finding.source, Source::Tampering { .. }))
                && finding.severity == Severity::Blocking
                && matches!(finding.state, FindingState::Dismissed { .. } | FindingState::Deferred { .. })
                && !self.agreed.contains(&finding.id)
                && finding.seen.as_ref().is_none_or(|seen| seen.sight == Sight::StillHolds)
                && (gate == GateId::Final || gate == GateId::Milestone(finding.milestone))
        })
    }
}
