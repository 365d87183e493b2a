//! Gates between a person's decision and the event that tells of it: decided here, still open as far as is known.

use crate::domain::command::Command;
use crate::link::protocol::Call;
use crate::tui::app::App;
use crate::tui::effect::{Effect, Errand};

/// Remembers the decisions that are being sent.
pub fn sent(app: &mut App, effects: &[Effect]) {
    for effect in effects {
        if let Effect::Ask { call: Call::Command { command }, errand: Errand::Order(words) } = effect
            && let Command::DecideGate { gate, .. } = command.as_ref()
        {
            app.pending_decisions.insert(*gate, words.clone());
        }
    }
}

/// Forgets those that have come into force.
pub fn heard(app: &mut App) {
    let mission = app.present.as_deref().unwrap_or(&app.mission);
    app.pending_decisions.retain(|gate, _| mission.is_gate_open(*gate));
}

/// Forgets one that was refused or never arrived: the gate can be decided again.
pub fn failed(app: &mut App, words: &str) {
    app.pending_decisions.retain(|_, sent| sent != words);
}
