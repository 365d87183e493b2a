//! `status [ID]`: how a mission stands, and what waits.

use anyhow::Result;
use serde_json::json;

use super::context::{Context, Format, print, print_json};
use super::exit::Exit;
use super::missions::{self, MissionRef};
use super::progress::line::Line;
use super::progress::summary::{needed, summary};
use super::progress::words::{elapsed, used};
use crate::cli::print::Style;
use crate::domain::attention::needs;
use crate::domain::gate::GateId;
use crate::domain::id::Timestamp;
use crate::domain::mission::Mission;
use crate::domain::plan::{Feature, FeatureState};
use crate::engine::now;
use crate::view::style_role::StyleRole;

/// Tell how a mission stands
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The mission
    id: Option<String>,
    #[command(flatten)]
    format: Format,
}

/// Tells it. The exit code is 0 however it stands; `--json` has the state.
///
/// # Errors
/// When the mission cannot be read.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = missions::find(context, args.id.as_deref())?;
    if args.format.json {
        print_json(&json!({
            "id": found.id,
            "dir": found.dir,
            "title": found.mission.title(),
            "status": found.mission.status(),
            "needs": needs(&found.mission),
            "mission": found.mission,
        }))?;
        return Ok(Exit::Done);
    }
    print(&told(&found, context.output.style()).join("\n"))?;
    Ok(Exit::Done)
}

fn told(found: &MissionRef, style: Style) -> Vec<String> {
    let (mission, now) = (&found.mission, now());
    let mut lines = vec![style.paint(StyleRole::Strong, mission.title())];
    lines.extend(summary(mission, now, style));
    let plan = plan(mission, now, style);
    if !plan.is_empty() {
        lines.push(String::new());
        lines.extend(plan);
    }
    let live: Vec<String> = mission
        .live_attempts()
        .map(|attempt| {
            let since = elapsed(attempt.wall_ms(now));
            let facts = format!("for {since} · {} · {}", attempt.model, used(&attempt.usage));
            let model = style.paint(StyleRole::Dim, &facts);
            format!("  ▸ {} {} at {} · {model}", attempt.id, attempt.role, attempt.work)
        })
        .collect();
    if !live.is_empty() {
        lines.push(String::new());
        lines.extend(live);
    }
    let waiting = needed(mission);
    if !waiting.is_empty() {
        lines.push(String::new());
        lines.extend(waiting.iter().map(|line: &Line| line.rendered(now.since(mission.created), style)));
    }
    lines
}

fn plan(mission: &Mission, now: Timestamp, style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    for milestone in &mission.milestones {
        let state = if mission.is_go(GateId::Milestone(milestone.id)) { "  GO" } else { "" };
        lines.push(style.paint(StyleRole::Strong, &format!("  {} {}{state}", milestone.id, milestone.title)));
        lines.extend(
            mission
                .features_of(milestone.id)
                .map(|feature| format!("    {}", feature_line(feature, mission, now))),
        );
    }
    lines
}

fn feature_line(feature: &Feature, mission: &Mission, now: Timestamp) -> String {
    let running = mission.live_attempts().find(|attempt| {
        matches!(attempt.work, crate::domain::attempt::Work::Build { feature: id } if id == feature.id)
    });
    let (mark, after) = match (&feature.state, running) {
        (FeatureState::Built { attempt, head, .. }, _) => ("✓", format!("{attempt} at {}", head.short())),
        (_, Some(attempt)) => ("●", format!("{} for {}", attempt.id, elapsed(attempt.wall_ms(now)))),
        (FeatureState::Cancelled { .. }, None) => ("–", "cancelled".to_owned()),
        (FeatureState::Pending, None) => ("○", String::new()),
    };
    let fix = if feature.is_fix() { "fix: " } else { "" };
    format!("{mark} {:<4} {fix}{}  {after}", feature.id, feature.spec.title).trim_end().to_owned()
}
