//! Notifications for a person who looks elsewhere: once for every decision that begins to wait, and when a mission ends.

use crate::domain::attention;
use crate::domain::mission::Mission;
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::view::glyph::Charset;
use crate::view::header::{progress, window_title};

/// Compares what waits with what the person was notified of.
pub fn transitions(app: &mut App) -> Vec<Effect> {
    let mission = app.present.as_deref().unwrap_or(&app.mission);
    if attention::is_quiet(mission) {
        return vec![announcement(mission, app.look.charset)];
    }
    let waits = waiting(mission);
    let news: Vec<String> =
        waits.iter().filter(|sentence| !app.notified.contains(sentence)).cloned().collect();
    let mut effects = vec![announcement(mission, app.look.charset)];
    let mission_title = mission.title().to_owned();
    app.notified = waits;
    if app.looks_elsewhere {
        effects.extend(news.into_iter().map(|sentence| {
            Effect::Notify(app.look.charset.text(&format!("{mission_title}: {sentence}")).into_owned())
        }));
    }
    effects
}

fn waiting(mission: &Mission) -> Vec<String> {
    let mut waits: Vec<String> = attention::needs(mission).into_iter().map(|need| need.sentence).collect();
    if mission.end.is_some() {
        waits.push(format!("the mission is {}", mission.status().word()));
    }
    waits
}

fn announcement(mission: &Mission, charset: Charset) -> Effect {
    let progress = progress(mission);
    let percent = (progress.built * 100).checked_div(progress.features).unwrap_or(0);
    let title = charset.text(&window_title(mission)).into_owned();
    Effect::Announce { title, percent: u8::try_from(percent.min(100)).unwrap_or(100) }
}
