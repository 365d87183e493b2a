//! What a word was meant for that names no mission: each verb says what else it takes, and the refusal names what is nearest.

use anyhow::Result;

use super::context::Context;
use super::fault::misuse;
use super::missions::{self, MissionRef};
use super::verb::NamedMission;
use crate::domain::gate::GateId;
use crate::domain::mission::Mission;
use crate::view::text::clip;

/// What a verb takes in the place of a mission.
#[derive(Debug, Clone, Copy)]
pub struct Expected {
    /// Such as `a gate (plan, M2, final)`.
    pub what: &'static str,
    /// Words of the verb's own.
    pub words: &'static [&'static str],
}

impl NamedMission {
    /// The mission that `first` names, which stands before the verb's own words, or `-m`; the one that can be meant without
    /// either.
    pub fn find(&self, context: &Context, first: Option<&str>, expected: Expected) -> Result<MissionRef> {
        let Some(word) = first.filter(|_| self.mission.is_none()) else {
            return missions::find(context, first);
        };
        let ids: Vec<String> =
            missions::catalogue(context).list().into_iter().map(|one| one.id.to_string()).collect();
        if word.trim().is_empty() || ids.is_empty() || ids.iter().any(|id| id.starts_with(word)) {
            return missions::find(context, first);
        }
        let here = missions::find(context, None).map(|found| names(&found.mission)).unwrap_or_default();
        let own = expected.words.iter().map(|word| (*word).to_owned());
        let nearest = nearest(word, own.chain(here).chain(ids));
        let meant = nearest.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
        Err(misuse(format!(
            "there is no mission `{}` (`flightdeck list`), and it is not {} either{meant}",
            clip(word, 60),
            expected.what
        )))
    }
}

/// A refusal of a name that nothing in a mission has, with the nearest one that something has.
pub fn refused(why: &str, word: &str, mission: &Mission) -> anyhow::Error {
    let meant = nearest(word, names(mission)).filter(|name| !name.eq_ignore_ascii_case(word));
    misuse(meant.map_or_else(|| why.to_owned(), |meant| format!("{why}; did you mean {meant}?")))
}

/// Everything in a mission that has a name.
fn names(mission: &Mission) -> Vec<String> {
    let gates =
        mission.milestones.iter().map(|one| GateId::Milestone(one.id)).chain([GateId::Plan, GateId::Final]);
    let assertions = mission.contract.keys().chain(mission.sealed.keys()).map(ToString::to_string);
    gates
        .map(|gate| gate.to_string())
        .chain(assertions)
        .chain(mission.features.iter().map(|one| one.id.to_string()))
        .chain(mission.requirements.iter().map(|one| one.id.to_string()))
        .chain(mission.findings.keys().map(ToString::to_string))
        .chain(mission.questions.iter().map(|one| one.id.to_string()))
        .chain(mission.proposals.iter().map(|one| one.id.to_string()))
        .collect()
}

/// What a word is a slip of, where it is near to anything.
pub fn nearest(word: &str, known: impl IntoIterator<Item = String>) -> Option<String> {
    let word = word.to_lowercase();
    let known =
        known.into_iter().map(|name| (strsim::damerau_levenshtein(&name.to_lowercase(), &word), name));
    // One letter of two is another name, and three letters of any are another word.
    let most = (word.chars().count() / 3).min(2);
    known.filter(|(away, name)| *away <= most && *away < name.chars().count()).min().map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_told_from_another_word() {
        let known = || ["go", "no-go", "VAL-AUTH-001", "F2", "guestbook-7k2p"].map(str::to_owned);
        let meant = |word: &str| nearest(word, known()).unwrap_or_default();
        assert_eq!(
            ["goo", "nogo", "VAL-AUHT-001", "val-auth-01", "gestbook-7k2p", "nonsense", "x"].map(meant),
            ["go", "no-go", "VAL-AUTH-001", "VAL-AUTH-001", "guestbook-7k2p", "", ""]
        );
    }
}
