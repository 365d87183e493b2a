//! Requests and their answers. What the app keeps is taken in here; everything else is for the screen that asked.

use crate::domain::activity::Activity;
use crate::domain::command::Command;
use crate::domain::id::AttemptId;
use crate::domain::mission::Mission;
use crate::link::protocol::{Before, Call, Reply};
use crate::tui::app::{App, Link, Tone};
use crate::tui::effect::Effect;
use crate::tui::host::HostReply;
use crate::tui::source::SourceError;
use crate::tui::ticket::{Asker, Request, Ticket};

use super::{PAGE, hear_time, main_screen, mission_changed, say, stack, time_travel};

/// Makes a request.
pub fn ask(app: &mut App, asker: Asker, request: Request) -> Effect {
    if let Call::Command { command } = &request.call
        && let Command::DecideGate { gate, .. } = command.as_ref()
    {
        app.pending_decisions.insert(*gate, request.done.clone());
    }
    let call = request.call.clone();
    Effect::Ask { ticket: app.tickets.issue(asker, request), call }
}

/// Sends a command of the person from the main screen.
pub fn order(app: &mut App, command: Command, done: &str) -> Vec<Effect> {
    vec![ask(app, Asker::App, Request::order(command, done))]
}

/// Asks for a page of a transcript.
pub fn page(app: &mut App, attempt: AttemptId, before: Before) -> Effect {
    ask(app, Asker::App, Request::read(Call::Transcript { attempt, before, limit: PAGE }))
}

/// Takes an answer in. One to a ticket that is not under way changes nothing.
pub fn answered(app: &mut App, ticket: Ticket, result: Result<Reply, SourceError>) -> Vec<Effect> {
    let Some((asker, request)) = app.tickets.redeem(ticket) else { return Vec::new() };
    let screen = match asker {
        Asker::App => None,
        Asker::Screen(id) => stack::answered(app, id, &request.call, &result),
    };
    if let Err(error) = &result {
        refused(app, &request.call, error, screen.is_some());
    }
    let mut effects = screen.unwrap_or_default();
    if let Ok(reply) = result {
        effects.extend(take(app, &request, reply));
    }
    effects
}

/// Takes an answer of the machine in. A screen that was closed meanwhile does not miss it.
pub fn served(app: &mut App, ticket: Ticket, reply: &HostReply) -> Vec<Effect> {
    match app.tickets.redeem_of_host(ticket) {
        Some((Asker::Screen(id), call)) => stack::served(app, id, &call, reply),
        Some((Asker::App, _)) | None => Vec::new(),
    }
}

fn take(app: &mut App, request: &Request, reply: Reply) -> Vec<Effect> {
    match (reply, &request.call) {
        (Reply::Transcript { items, older }, Call::Transcript { attempt, .. }) => {
            app.transcripts.entry(*attempt).or_default().take_page(&items, older);
            return time_travel::look(app);
        }
        (Reply::Attached { mission, live }, _) => return attached(app, mission, live),
        (Reply::Accepted { .. }, _) => say(app, Tone::Done, &request.done),
        (Reply::Landed { branch, commit, .. }, _) => {
            say(app, Tone::Done, format!("landed on {branch} at {commit}"));
        }
        // What was read is for the screen that asked.
        (
            Reply::Hello { .. }
            | Reply::Events { .. }
            | Reply::Transcript { .. }
            | Reply::Evidence { .. }
            | Reply::Diff { .. }
            | Reply::Consequences { .. },
            _,
        ) => {}
    }
    Vec::new()
}

fn attached(app: &mut App, mission: Box<Mission>, live: Vec<Activity>) -> Vec<Effect> {
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
    hear_time(app, updated);
    if first {
        main_screen::select_what_matters(app);
    } else {
        app.transcripts.values_mut().for_each(|transcript| transcript.asked = false);
    }
    mission_changed(app)
}

/// A screen that is open shows why a call failed by itself. A command's refusal is said in any case.
fn refused(app: &mut App, call: &Call, error: &SourceError, heard: bool) {
    match call {
        Call::Transcript { attempt, .. } => {
            if let Some(transcript) = app.transcripts.get_mut(attempt) {
                transcript.asked = matches!(error, SourceError::Refused(_) | SourceError::Recorded(_));
            }
            return;
        }
        Call::Attach { .. } if matches!(error, SourceError::Lost(_) | SourceError::Protocol(_)) => {
            app.link = Link::Lost { sentence: error.to_string() };
            return;
        }
        Call::Events { .. } | Call::Evidence { .. } | Call::Diff { .. } | Call::Consequences { .. } => return,
        Call::Land if heard => return,
        Call::Command { command } => {
            // The gate can be decided again.
            if let Command::DecideGate { gate, .. } = command.as_ref() {
                app.pending_decisions.remove(gate);
            }
        }
        Call::Hello { .. } | Call::Attach { .. } | Call::Land => {}
    }
    say(app, Tone::Trouble, error.to_string());
}
