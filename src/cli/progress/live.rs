//! The line at the bottom: what runs now, and what it has used.

use super::entries::Tally;
use super::event_lines::subject;
use super::words::{count, elapsed, one_line, used};
use crate::cli::print::Style;
use crate::domain::activity::Activity;
use crate::domain::id::Timestamp;
use crate::domain::mission::Mission;
use crate::view::style_role::StyleRole;

/// Frames of the mark that shows that flightdeck itself is alive.
const FRAMES: [&str; 4] = ["◐", "◓", "◑", "◒"];

/// Everything the live line is made of.
#[derive(Debug, Clone, Copy)]
pub struct Live<'a> {
    pub mission: &'a Mission,
    pub activity: &'a [Activity],
    pub tally: &'a Tally,
    pub now: Timestamp,
    /// Counts up with every drawing.
    pub frame: usize,
}

impl Live<'_> {
    /// The line, as wide as the terminal at most.
    pub fn rendered(&self, style: Style) -> String {
        let time = format!("{:>8}", elapsed(self.now.since(self.mission.created)));
        let mark = FRAMES[self.frame % FRAMES.len()];
        let text = style.fitted(&self.words(), time.len() + 4);
        format!("{}  {} {text}", style.paint(StyleRole::Dim, &time), style.paint(StyleRole::Key, mark))
    }

    fn words(&self) -> String {
        let mut parts: Vec<String> = match self.activity {
            [] => vec![self.mission.status().word().to_owned()],
            [only] => vec![self.one(only)],
            several => {
                let each = several.iter().map(|one| subject(one.work)).collect::<Vec<_>>().join(", ");
                vec![
                    format!("{} at work on {each}", several.len()),
                    several.first().map(|a| self.doing(a)).unwrap_or_default(),
                ]
            }
        };
        parts.push(used(&self.mission.usage()));
        parts.join(" · ")
    }

    fn one(&self, activity: &Activity) -> String {
        let who = activity.attempt.and_then(|id| self.mission.attempts.get(&id));
        let who = who.map_or_else(
            || activity.work.to_string(),
            |attempt| format!("{} {} {}", subject(activity.work), attempt.id, attempt.role),
        );
        let calls = activity.attempt.map_or(0, |id| self.tally.calls(id));
        let calls = if calls > 0 { format!(" · {}", count(calls, "call")) } else { String::new() };
        format!("{who} for {}{calls} · {}", elapsed(self.now.since(activity.started)), self.doing(activity))
    }

    /// The engine tells a call with its arguments as they are; its transcript has them whole, and a few words do.
    fn in_words(&self, activity: &Activity) -> String {
        let doing = one_line(&activity.doing);
        let tool = doing.split_once(" {").map(|(tool, _)| tool);
        let last = activity.attempt.and_then(|id| self.tally.last(id));
        match (tool, last) {
            (Some(tool), Some(last)) if last.starts_with(tool) => last.to_owned(),
            (Some(tool), _) => tool.to_owned(),
            (None, _) => doing,
        }
    }

    /// What it does, and for how long it has said nothing when that is long.
    fn doing(&self, activity: &Activity) -> String {
        let silent = self.now.since(activity.last_output);
        let doing = self.in_words(activity);
        if silent >= 20_000 { format!("{doing}, silent for {}", elapsed(silent)) } else { doing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::print::{Colours, Width};
    use crate::domain::attempt::Work;
    use crate::domain::id::{FeatureId, MilestoneId};

    fn activity(work: Work, doing: &str) -> Activity {
        Activity {
            work,
            attempt: None,
            started: Timestamp(60_000),
            last_output: Timestamp(70_000),
            doing: doing.to_owned(),
        }
    }

    #[test]
    fn it_says_what_runs_for_how_long_and_what_it_cost() {
        let mission = Mission::unborn();
        let one = [activity(Work::CheckClaims { feature: FeatureId(2) }, "running cargo test")];
        let review = |n| Work::Review { milestone: MilestoneId(1), round: 1, feature: FeatureId(n) };
        let two = [activity(review(1), "waiting for the model"), activity(review(2), "x")];
        let tally = Tally::default();
        let style = Style { colours: Colours::Hidden, width: Width::Columns(72) };
        let live = |activity, now| Live {
            mission: &mission,
            activity,
            tally: &tally,
            now: Timestamp(now),
            frame: 1,
        };
        let lines =
            [live(&one, 83_000), live(&two, 95_000), live(&[], 96_000)].map(|live| live.rendered(style));
        insta::assert_snapshot!(lines.join("\n"), @r"
            1:23  ◓ claims of F2 for 0:23 · running cargo test · 0 tokens
            1:35  ◓ 2 at work on F1, F2 · waiting for the model, silent for 0:2…
            1:36  ◓ planning · 0 tokens
        ");
    }
}
