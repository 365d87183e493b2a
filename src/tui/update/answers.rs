//! What came of a call: a mission, a page, a confirmation, or a sentence that says what to do.

use crate::link::protocol::Reply;
use crate::tui::app::{App, Link, Tone};
use crate::tui::effect::{Effect, Errand};
use crate::tui::keymap::Context;
use crate::tui::source::SourceError;

use super::main_screen;
use super::{mission_changed, pending_decisions, say, stack, time_travel};

/// Takes an answer in.
pub fn take(app: &mut App, errand: &Errand, result: Result<Reply, SourceError>) -> Vec<Effect> {
    let mut effects = stack::answered(app, errand, &result);
    match result {
        Ok(reply) => effects.extend(take_reply(app, errand, reply)),
        Err(error) => refused(app, errand, &error),
    }
    effects
}

fn take_reply(app: &mut App, errand: &Errand, reply: Reply) -> Vec<Effect> {
    match (errand, reply) {
        (Errand::Attach, Reply::Attached { mission, live }) => {
            let first = app.mission.founding.is_none();
            let updated = mission.updated;
            match &mut app.present {
                Some(present) => *present = mission,
                None => app.mission = *mission,
            }
            app.live = live;
            if app.link != Link::Recorded {
                app.link = Link::Attached;
            }
            app.pending_decisions.clear();
            super::hear_time(app, updated);
            if first {
                main_screen::select_what_matters(app);
            } else {
                app.transcripts.values_mut().for_each(|transcript| transcript.asked = false);
            }
            mission_changed(app)
        }
        (Errand::Page { attempt, .. }, Reply::Transcript { items, older }) => {
            app.transcripts.entry(*attempt).or_default().take_page(&items, older);
            time_travel::look(app)
        }
        (Errand::Order(words), Reply::Accepted { .. }) => {
            say(app, Tone::Done, words);
            Vec::new()
        }
        (Errand::Land, Reply::Landed { branch, commit }) => {
            say(app, Tone::Done, format!("landed on {branch} at {commit}"));
            Vec::new()
        }
        _ => Vec::new(),
    }
}

fn refused(app: &mut App, errand: &Errand, error: &SourceError) {
    if let Errand::Order(words) = errand {
        pending_decisions::failed(app, words);
    }
    match (errand, error) {
        (Errand::Page { attempt, .. }, _) => {
            if let Some(transcript) = app.transcripts.get_mut(attempt) {
                transcript.asked = matches!(error, SourceError::Refused(_) | SourceError::Recorded(_));
            }
        }
        (Errand::Land, _) if app.screens.iter().any(|screen| screen.context() == Context::Landing) => {}
        // Those screens show the sentence themselves.
        (Errand::Consequences { .. } | Errand::Evidence(_) | Errand::Diff(_), _) => {}
        (Errand::Attach, SourceError::Lost(_) | SourceError::Protocol(_)) => {
            app.link = Link::Lost { sentence: error.to_string() };
        }
        _ => say(app, Tone::Trouble, error.to_string()),
    }
}
