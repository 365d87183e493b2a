//! `diff [ID] [F3|M1|#4|A..B]`: what changed, read from the repository itself.

use anyhow::Result;
use serde_json::json;

use super::ask;
use super::context::{Context, Format, print, print_json};
use super::exit::Exit;
use super::fault::misuse;
use super::missions::{self, MissionRef};
use crate::cli::print::{Colours, Style};
use crate::domain::id::{AttemptId, Commit, FeatureId, MilestoneId};
use crate::domain::mission::Mission;
use crate::domain::plan::{Feature, FeatureState};
use crate::view::style_role::StyleRole;
use crate::workspace::{Repo, clean_text, diff};

/// Show what changed
#[derive(Debug, clap::Args)]
pub struct Args {
    /// [ID] and F3, M1, #4 or FROM..TO; without the latter, the whole mission
    #[arg(num_args = 0..=2, value_name = "ID|SCOPE")]
    words: Vec<String>,
    #[command(flatten)]
    format: Format,
}

/// Prints the diff as git would.
///
/// # Errors
/// When nothing of that name has changed anything, or the repository is gone.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let scopes: Vec<Option<Scope>> = args.words.iter().map(|word| Scope::read(word)).collect();
    let mission =
        args.words.iter().zip(&scopes).find(|(_, scope)| scope.is_none()).map(|(word, _)| word.as_str());
    let scope = scopes.into_iter().flatten().next().unwrap_or(Scope::Mission);
    let found = missions::find(context, mission)?;
    let (from, to) = scope.commits(&found)?;
    let repository =
        found.mission.founding.as_ref().map(|founding| founding.repository.clone()).unwrap_or_default();
    let changes = diff(&Repo::discover(repository.as_ref())?, &from, &to)?;
    if args.format.json {
        print_json(&json!({ "from": from, "to": to, "diff": changes }))?;
        return Ok(Exit::Done);
    }
    let style = context.output.style();
    print(&format!(
        "{}\n{}",
        style.paint(StyleRole::Strong, &changes.stat().to_string()),
        coloured(&changes.patch(), style)
    ))?;
    Ok(Exit::Done)
}

/// What is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Scope {
    Mission,
    Milestone(MilestoneId),
    Feature(FeatureId),
    Attempt(AttemptId),
    Commits(String, String),
}

impl Scope {
    /// Reads a word that is no mission's name; those have a dash and no capital.
    fn read(word: &str) -> Option<Self> {
        if let Some((from, to)) = word.split_once("..") {
            return Some(Self::Commits(from.to_owned(), to.trim_start_matches('.').to_owned()));
        }
        let feature = word.parse().ok().map(Self::Feature);
        let milestone = || word.parse().ok().map(Self::Milestone);
        feature.or_else(milestone).or_else(|| ask::attempt_id(word).map(Self::Attempt))
    }

    fn commits(&self, found: &MissionRef) -> Result<(String, String)> {
        let mission = &found.mission;
        let base = mission.founding.as_ref().map(|founding| founding.base.0.clone()).unwrap_or_default();
        match self {
            Self::Mission => Ok((base.clone(), mission.head().map_or(base, |head| head.0.clone()))),
            Self::Commits(from, to) => Ok((from.clone(), to.clone())),
            Self::Feature(id) => {
                let id = ask::feature(mission, &id.to_string())?;
                let built = mission.feature(id).and_then(built);
                built
                    .map(texts)
                    .ok_or_else(|| misuse(format!("{id} is not built yet; `flightdeck diff` shows what is")))
            }
            Self::Milestone(id) => milestone(mission, *id),
            Self::Attempt(id) => attempt(found, *id),
        }
    }
}

fn built(feature: &Feature) -> Option<(&Commit, &Commit)> {
    match &feature.state {
        FeatureState::Built { base, head, .. } => Some((base, head)),
        FeatureState::Pending | FeatureState::Cancelled { .. } => None,
    }
}

fn texts((from, to): (&Commit, &Commit)) -> (String, String) {
    (from.0.clone(), to.0.clone())
}

/// From the base of the milestone's first feature to the head of its last.
fn milestone(mission: &Mission, id: MilestoneId) -> Result<(String, String)> {
    if !mission.milestones.iter().any(|milestone| milestone.id == id) {
        let known: Vec<String> =
            mission.milestones.iter().map(|milestone| milestone.id.to_string()).collect();
        return Err(misuse(format!("there is no milestone `{id}`; there are {}", known.join(", "))));
    }
    let mut features: Vec<(AttemptId, &Feature)> = mission
        .features_of(id)
        .filter_map(|feature| match &feature.state {
            FeatureState::Built { attempt, .. } => Some((*attempt, feature)),
            _ => None,
        })
        .collect();
    features.sort_by_key(|(attempt, _)| *attempt);
    let first = features.first().and_then(|(_, feature)| built(feature));
    let last = features.last().and_then(|(_, feature)| built(feature));
    match (first, last) {
        (Some((from, _)), Some((_, to))) => Ok(texts((from, to))),
        _ => Err(misuse(format!("nothing of {id} is built yet"))),
    }
}

/// What an attempt left: what was accepted, or what was kept of a failed one.
fn attempt(found: &MissionRef, id: AttemptId) -> Result<(String, String)> {
    let id = ask::attempt(&found.mission, &id.to_string())?;
    let accepted = found
        .mission
        .features
        .iter()
        .find(|feature| matches!(&feature.state, FeatureState::Built { attempt, .. } if *attempt == id));
    if let Some(commits) = accepted.and_then(built) {
        return Ok(texts(commits));
    }
    let base = found.mission.attempts.get(&id).map(|attempt| attempt.base.0.clone()).unwrap_or_default();
    Ok((base, format!("refs/flightdeck/{}/attempt-{}", found.id, id.0)))
}

fn coloured(patch: &str, style: Style) -> String {
    let patch = clean_text(patch.as_bytes());
    if style.colours == Colours::Hidden {
        return patch;
    }
    let tone = |line: &str| match line.as_bytes() {
        [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] | [b'd', b'i', b'f', b'f', ..] => StyleRole::Strong,
        [b'+', ..] => StyleRole::Good,
        [b'-', ..] => StyleRole::Bad,
        [b'@', b'@', ..] => StyleRole::Key,
        _ => StyleRole::Text,
    };
    patch.lines().map(|line| style.paint(tone(line), line)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_a_scope_or_a_mission() {
        let table = [
            ("F3", Some(Scope::Feature(FeatureId(3)))),
            ("m1", Some(Scope::Milestone(MilestoneId(1)))),
            ("#4", Some(Scope::Attempt(AttemptId(4)))),
            ("abc..def", Some(Scope::Commits("abc".into(), "def".into()))),
            ("guestbook-7k2p", None),
        ];
        for (word, scope) in table {
            assert_eq!(Scope::read(word), scope, "{word}");
        }
    }
}
