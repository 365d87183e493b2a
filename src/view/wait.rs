//! What passes by itself and is waited for, in words: what does not work, for how long, and when it is tried next.

use super::prelude::*;
use crate::domain::id::Timestamp;
use crate::domain::wait::Wait;

use super::work::short_subject;

/// When it is tried next: `now`, `in 8 s`, `in 4m 10s`.
pub fn next_try(wait: &Wait, now: Timestamp) -> String {
    match wait.next(now).since(now).div_ceil(1_000) {
        0 => "now".to_owned(),
        seconds @ 1..60 => format!("in {seconds} s"),
        seconds => format!("in {}", span(seconds * 1_000)),
    }
}

/// A wait in a line: `tries again in 8 s: local cannot be reached at … (5 times in 14 s)`.
pub fn line(wait: &Wait, now: Timestamp) -> String {
    format!("tries again {}: {} ({})", next_try(wait, now), wait.sentence, so_far(wait, now))
}

/// What was tried so far: `tried 5 times in 14 s`.
fn so_far(wait: &Wait, now: Timestamp) -> String {
    let times = plural(usize::try_from(wait.tries(now)).unwrap_or(usize::MAX), "time");
    let seconds = now.since(wait.since) / 1_000;
    let long = if seconds < 60 { format!("{seconds} s") } else { long_span(seconds * 1_000) };
    format!("tried {times} in {long}")
}

/// One row of the list of what waits. It is a note until it has lasted long.
pub fn row(wait: &Wait, now: Timestamp) -> Row {
    let style = if wait.is_long(now) { StyleRole::Warn } else { StyleRole::Dim };
    Row::new()
        .sign(style, Glyph::Pending)
        .then(StyleRole::Dim, format!("{:>4}  ", ago(now.since(wait.since))))
        .then(StyleRole::Text, line(wait, now))
        .end(StyleRole::Dim, format!("holds up {}", short_subject(wait.work)))
}

/// A line for everything that is waited for, with the time since which it is.
pub fn lines(mission: &Mission, now: Timestamp) -> Vec<(Timestamp, LogLine)> {
    let sign = |wait: &Wait| if wait.is_long(now) { WARNING } else { NOTE };
    let id = mission.id().map(ToString::to_string).unwrap_or_default();
    let words = |wait: &Wait| {
        let line = LogLine::new(sign(wait), &short_subject(wait.work), line(wait, now));
        line.with([format!("flightdeck resume {id}   tries it now")]).whole()
    };
    mission.waits().map(|wait| (wait.since, words(wait))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::attempt::AgentWork;
    use crate::domain::text::Line;
    use crate::domain::wait::WaitCause;

    #[test]
    fn it_says_what_does_not_work_since_when_and_when_it_is_tried_next() {
        let sentence = Line::clipped("local cannot be reached at http://127.0.0.1:9: Connection refused");
        let (work, since) = (AgentWork::Plan.into(), Timestamp(0));
        let wait = Wait { work, cause: WaitCause::Model, sentence, since, until: None };
        let quota = Wait { until: Some(Timestamp(3_600_000)), ..wait.clone() };
        let lines = [
            line(&wait, Timestamp(14_000)),
            line(&wait, Timestamp(900_000)),
            line(&quota, Timestamp(60_000)),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r"
        tries again in 10 s: local cannot be reached at http://127.0.0.1:9: Connection refused (tried 5 times in 14 s)
        tries again in 2m 39s: local cannot be reached at http://127.0.0.1:9: Connection refused (tried 12 times in 15m)
        tries again in 59m 00s: local cannot be reached at http://127.0.0.1:9: Connection refused (tried 1 time in 1m)
        ");
    }
}
