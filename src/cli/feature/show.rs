//! `feature show F3`.

use anyhow::Result;
use serde_json::json;

use crate::cli::args::MissionArg;
use crate::cli::ask;
use crate::cli::context::{Context, Format, print, print_json};
use crate::cli::exit::Exit;
use crate::cli::findings::one_finding;
use crate::cli::missions;
use crate::cli::page::Page;
use crate::cli::plan::one_feature;
use crate::cli::print::Style;
use crate::cli::progress::words::{count, ending, used};
use crate::domain::attempt::{AgentWork, Attempt};
use crate::domain::finding::Finding;
use crate::domain::handoff::{Handoff, Procedure};
use crate::domain::id::{AttemptId, FeatureId};
use crate::domain::mission::Mission;
use crate::domain::plan::Feature;

/// Show a feature
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    mission: MissionArg,
    /// Such as F3
    feature: String,
    #[command(flatten)]
    format: Format,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = missions::find(context, args.mission.mission.as_deref())?;
    let mission = &found.mission;
    let id = ask::feature(mission, &args.feature)?;
    let Some(feature) = mission.feature(id) else { return Ok(Exit::Failed) };
    if args.format.json {
        print_json(&json!({
            "feature": feature,
            "attempts": attempts(mission, id).collect::<Vec<_>>(),
            "handoff": mission.handoffs.get(&id).map(|(_, handoff)| handoff),
            "claim_runs": mission.claim_runs.get(&id),
            "findings": findings(mission, id).collect::<Vec<_>>(),
        }))?;
    } else {
        print(&told(feature, mission, context.output.style()))?;
    }
    Ok(Exit::Done)
}

fn attempts(mission: &Mission, id: FeatureId) -> impl Iterator<Item = &Attempt> {
    mission.attempts.values().filter(move |attempt| {
        matches!(attempt.work, AgentWork::Build { feature } | AgentWork::Review { feature, .. } if feature == id)
    })
}

fn findings(mission: &Mission, id: FeatureId) -> impl Iterator<Item = &Finding> {
    mission.findings.values().filter(move |finding| finding.feature == Some(id))
}

fn told(feature: &Feature, mission: &Mission, style: Style) -> String {
    let mut page = Page::new(style);
    one_feature(&mut page, feature, mission);
    let attempts: Vec<&Attempt> = attempts(mission, feature.id).collect();
    if !attempts.is_empty() {
        page.heading("Attempts");
    }
    for attempt in attempts {
        page.text(
            2,
            &format!("{} {} · {} · {}", attempt.id, attempt.role, ending(attempt), used(&attempt.usage)),
        );
    }
    if let Some((attempt, handoff)) = mission.handoffs.get(&feature.id) {
        handed_over(&mut page, *attempt, handoff);
    }
    for run in mission.claim_runs.get(&feature.id).into_iter().flatten() {
        page.field(2, "engine saw", &format!("`{}` exits {}", run.command, run.exit_code));
    }
    let mut about = findings(mission, feature.id).peekable();
    if about.peek().is_some() {
        page.heading("Findings");
    }
    for finding in about {
        one_finding(&mut page, finding);
    }
    page.into_text()
}

fn handed_over(page: &mut Page, attempt: AttemptId, handoff: &Handoff) {
    page.heading(&format!("Handoff of {attempt}"));
    page.text(2, handoff.summary.as_str());
    for item in &handoff.implemented {
        page.item(2, item.as_str());
    }
    for item in &handoff.left_undone {
        page.field(2, "undone", item.as_str());
    }
    for claim in &handoff.commands {
        page.field(
            2,
            "claims",
            &format!("`{}` exits {}: {}", claim.command, claim.exit_code, claim.observation),
        );
    }
    for check in &handoff.checks {
        page.field(2, "tried", &format!("{}: {}", check.action, check.observed));
    }
    for file in &handoff.tests.added {
        page.field(2, "tests", &format!("{} in {}", count(file.cases.len(), "case"), file.file));
    }
    for issue in &handoff.issues {
        page.field(
            2,
            "issue",
            &format!("{}: {}", issue.severity.word().replace('_', "-"), issue.description),
        );
    }
    if let Procedure::Deviated { deviations } = &handoff.procedure {
        for deviation in deviations {
            let words = format!("{}: {} because {}", deviation.step, deviation.instead, deviation.why);
            page.field(2, "deviated", &words);
        }
    }
    for note in &handoff.learned {
        page.field(2, "learned", note.as_str());
    }
}
