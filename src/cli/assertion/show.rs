//! `assertion show VAL-AREA-001`.

use anyhow::Result;
use serde_json::json;

use crate::cli::args::MissionArg;
use crate::cli::ask;
use crate::cli::context::{Context, Format, print, print_json};
use crate::cli::exit::Exit;
use crate::cli::missions;
use crate::cli::print::Style;
use crate::cli::progress::words::one_line;
use crate::domain::contract::{Assertion, AssertionState, Weight};
use crate::domain::mission::Mission;
use crate::domain::verdict::Verdict;
use crate::view::style_role::StyleRole;

/// Show an assertion
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    mission: MissionArg,
    /// Such as VAL-AUTH-001
    assertion: String,
    #[command(flatten)]
    format: Format,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = missions::find(context, args.mission.mission.as_deref())?;
    let mission = &found.mission;
    let id = ask::assertion(mission, &args.assertion)?;
    let Some(assertion) = mission.contract.get(&id) else { return Ok(Exit::Failed) };
    let verdicts = mission.verdicts.get(&id).cloned().unwrap_or_default();
    if args.format.json {
        print_json(&json!({
            "assertion": assertion,
            "standing": mission.standing(&id),
            "feature": mission.claimant(&id).map(|feature| feature.id),
            "waiver": mission.waivers.get(&id),
            "verdicts": verdicts,
        }))?;
    } else {
        print(&told(assertion, mission, &verdicts, context.output.style()))?;
    }
    Ok(Exit::Done)
}

fn told(assertion: &Assertion, mission: &Mission, verdicts: &[Verdict], style: Style) -> String {
    let wording = &assertion.wording;
    let head = format!("{} {} {}", assertion.id, assertion.revision, wording.title);
    let standing = mission.standing(&assertion.id).word();
    let claimed = mission.claimant(&assertion.id).map_or_else(
        || "claimed by no feature".to_owned(),
        |feature| format!("claimed by {} {}", feature.id, feature.spec.title),
    );
    let weight = match wording.weight {
        Weight::Blocking => "blocking",
        Weight::NonBlocking => "non-blocking",
    };
    let mut lines = vec![style.paint(StyleRole::Strong, &head), format!("{standing}, {weight}, {claimed}")];
    let name = |name: &str| style.paint(StyleRole::Dim, &format!("{name:<10}"));
    lines.push(format!("{} {}", name("statement"), wording.statement));
    lines.push(format!("{} {}", name("how"), wording.check.how));
    lines.push(format!("{} {}", name("over"), wording.check.via.word()));
    lines.extend(wording.check.command.as_ref().map(|command| format!("{} {command}", name("command"))));
    lines.push(format!("{} {}", name("evidence"), wording.evidence));
    if let AssertionState::Retired { reason } = &assertion.state {
        lines.push(format!("{} {reason}", name("retired")));
    }
    lines.extend(
        mission
            .waivers
            .get(&assertion.id)
            .map(|waiver| format!("{} at {}: {}", name("waived"), waiver.revision, waiver.reason)),
    );
    lines.extend(verdicts.iter().map(|verdict| verdict_line(verdict, style)));
    lines.join("\n")
}

fn verdict_line(verdict: &Verdict, style: Style) -> String {
    let references: Vec<&str> = verdict.evidence.iter().map(|reference| reference.0.as_str()).collect();
    let when = format!("{} round {} at {}", verdict.milestone, verdict.round, verdict.commit.short());
    let rest = style.paint(StyleRole::Dim, &format!("{when}, {} {}", verdict.revision, references.join(" ")));
    format!("{:<10} {} {rest}", verdict.outcome.word(), one_line(verdict.observed.as_str()))
}
