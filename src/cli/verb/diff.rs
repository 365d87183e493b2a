//! `diff [ID] [F3|M1|#4|A..B]`: what changed, read from the repository itself.

use crate::cli::context::print_json;
use crate::cli::prelude::*;
use crate::cli::print::{Printable, Style};
use crate::domain::diff::{DiffDoc, DiffScope};
use crate::domain::id::Commit;
use crate::link::{MissionSource, Refusal};
use crate::view::diff::totals;
use crate::view::style_role::StyleRole;
use crate::view::text::visible;

#[derive(Debug, clap::Args)]
#[command(override_usage = "flightdeck diff [OPTIONS] [ID] [F3|M1|#4|FROM..TO]")]
pub struct Args {
    #[command(flatten)]
    mission: NamedMission,
    /// [ID] and F3, M1, #4 or FROM..TO; without the latter, the whole mission
    #[arg(num_args = 0..=2, value_name = "WORDS")]
    words: Vec<String>,
    #[command(flatten)]
    format: Format,
}

/// Prints the diff as git would.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let (mission, words) = args.mission.split(&args.words, |word| scope(word).is_some());
    let scope = match words {
        [] => DiffScope::Mission,
        [word] => scope(word).ok_or_else(|| {
            let word = ask::shown(word);
            misuse(format!("`{word}` is nothing to show a diff of: say F3, M1, #4 or FROM..TO"))
        })?,
        [..] => return Err(misuse("name one: `flightdeck diff [ID] [F3|M1|#4|FROM..TO]`")),
    };
    let expected = Expected {
        what: "a feature (F3), a milestone (M1), an attempt (#4) or two commits (FROM..TO)",
        words: &[],
    };
    let found = args.mission.find(context, mission, expected)?;
    let changes = changes(&found, &scope)?;
    if args.format.json {
        return print_json(&json!({ "from": changes.from, "to": changes.to, "diff": changes }));
    }
    let style = context.output.style();
    done(Printable::lines([style.cut(&totals(&changes)), coloured(&changes.patch(), style)]))
}

/// Reads a word that is no mission's name; those have a dash and no capital.
fn scope(word: &str) -> Option<DiffScope> {
    if let Some((from, to)) = word.split_once("..") {
        let (from, to) = (Commit(from.to_owned()), Commit(to.trim_start_matches('.').to_owned()));
        return Some(DiffScope::Commits { from, to });
    }
    let feature = word.parse().ok().map(DiffScope::Feature);
    let milestone = || word.parse().ok().map(DiffScope::Milestone);
    feature.or_else(milestone).or_else(|| ask::attempt_id(word).map(DiffScope::Attempt))
}

fn changes(found: &MissionRef, scope: &DiffScope) -> Result<DiffDoc> {
    let mission = &found.mission;
    match scope {
        DiffScope::Feature(id) => {
            ask::feature(mission, &id.to_string())?;
        }
        DiffScope::Attempt(id) => {
            ask::attempt(mission, &id.to_string())?;
        }
        DiffScope::Milestone(id) => {
            ask::milestone(mission, *id)?;
        }
        DiffScope::Mission | DiffScope::Commits { .. } => {}
    }
    found.source.diff(scope).map_err(|refusal| match refusal {
        Refusal::Rejected(rejection) => misuse(rejection.sentence),
        failed @ Refusal::Failed(_) => failed.into(),
    })
}

fn coloured(patch: &str, style: Style) -> Printable {
    let role = |line: &str| match line.as_bytes() {
        [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] | [b'd', b'i', b'f', b'f', ..] => StyleRole::Strong,
        [b'+', ..] => StyleRole::Added,
        [b'-', ..] => StyleRole::Removed,
        [b'@', b'@', ..] => StyleRole::Accent,
        _ => StyleRole::Text,
    };
    Printable::lines(patch.split('\n').map(|line| style.paint(role(line), &visible(line))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{AttemptId, FeatureId, MilestoneId};

    #[test]
    fn a_word_is_a_scope_or_a_mission() {
        let commits = DiffScope::Commits { from: Commit("abc".into()), to: Commit("def".into()) };
        let table = [
            ("F3", Some(DiffScope::Feature(FeatureId(3)))),
            ("m1", Some(DiffScope::Milestone(MilestoneId(1)))),
            ("#4", Some(DiffScope::Attempt(AttemptId(4)))),
            ("abc..def", Some(commits)),
            ("guestbook-7k2p", None),
        ];
        for (word, meant) in table {
            assert_eq!(scope(word), meant, "{word}");
        }
    }
}
