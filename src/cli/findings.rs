//! `findings [ID]`: what was reported, and what became of it.

use anyhow::Result;

use super::context::{Context, Format, print, print_json};
use super::exit::Exit;
use super::missions;
use super::page::Page;
use crate::domain::finding::{Finding, FindingState, Source};

/// List what handoffs and validators reported
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The mission
    id: Option<String>,
    /// Only those that nobody has decided on
    #[arg(long)]
    open: bool,
    #[command(flatten)]
    format: Format,
}

/// Lists them: the open ones first, heavy before light.
///
/// # Errors
/// When the mission cannot be read.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = missions::find(context, args.id.as_deref())?;
    let findings: Vec<&Finding> = found
        .mission
        .findings_by_weight()
        .into_iter()
        .filter(|finding| !args.open || finding.is_open())
        .collect();
    if args.format.json {
        print_json(&findings)?;
        return Ok(Exit::Done);
    }
    if findings.is_empty() {
        print(if args.open { "no finding is open" } else { "nothing was reported yet" })?;
        return Ok(Exit::Done);
    }
    let mut page = Page::new(context.output.style());
    for finding in findings {
        one_finding(&mut page, finding);
    }
    print(&page.into_text())?;
    Ok(Exit::Done)
}

/// A finding whole: what, by whom, and what became of it.
pub(super) fn one_finding(page: &mut Page, finding: &Finding) {
    let state = match &finding.state {
        FindingState::Open => "open".to_owned(),
        FindingState::TakenUp { feature } => format!("taken up by {feature}"),
        FindingState::Dismissed { .. } => "dismissed".to_owned(),
    };
    let about = [
        Some(finding.milestone.to_string()),
        finding.feature.map(|feature| feature.to_string()),
        finding.assertion.as_ref().map(ToString::to_string),
    ];
    let about: Vec<String> = about.into_iter().flatten().collect();
    let severity = finding.severity.word().replace('_', "-");
    let by = source(&finding.source);
    page.strong(0, &format!("{} {severity}, {state} · {} · {by}", finding.id, about.join(" ")));
    page.text(2, finding.description.as_str());
    if let Some(fix) = &finding.suggested_fix {
        page.field(2, "suggested", fix.as_str());
    }
    if let FindingState::Dismissed { reason } = &finding.state {
        page.field(2, "dismissed", reason.as_str());
    }
}

fn source(source: &Source) -> String {
    match source {
        Source::Handoff { attempt } => format!("named in the handoff of {attempt}"),
        Source::LeftUndone { attempt } => format!("left undone by {attempt}"),
        Source::RefutedClaim { attempt } => format!("a claim of {attempt} that the engine could not confirm"),
        Source::GateCommand => "a gate command failed".to_owned(),
        Source::Review { attempt } => format!("review {attempt}"),
        Source::Scrutiny { attempt } => format!("scrutiny {attempt}"),
        Source::Verdict { attempt } => format!("a verdict of {attempt}"),
        Source::UserTesting { attempt } => format!("user testing {attempt}"),
        Source::Gate => "your NO-GO".to_owned(),
        Source::Amendment { attempt } => format!("a request of {attempt} to change the contract"),
    }
}
