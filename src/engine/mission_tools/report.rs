//! What validators report: verdicts, and how each of them ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use schemars::JsonSchema;
use serde::Deserialize;

use super::context::{Accepted, ToolContext};
use crate::agent::tool::{Answer, Call, Output, ToolError, ToolRow};
use crate::domain::command::Command;
use crate::domain::evidence::Piece;
use crate::domain::finding::Observation;
use crate::domain::handoff::Issue;
use crate::domain::id::AssertionId;
use crate::domain::note::NoteRuling;
use crate::domain::round::{FalseClaim, Opinion, ReviewIssue};
use crate::domain::text::{Line, Prose, Title};
use crate::domain::verdict::{EvidenceRef, Outcome};
use crate::engine::engine_checks::check_late;
use crate::engine::evidence::{piece, taken};
use crate::engine::evidence_text::lacks;
use crate::engine::replay::keep_steps;
use crate::workspace::Access;

#[derive(Deserialize, JsonSchema)]
struct Review {
    #[schemars(extend("x-cut" = true))]
    summary: Prose,
    verdict: Opinion,
    #[serde(default)]
    issues: Vec<PlacedIssue>,
    /// What the handoff says and is not so, beside what your brief refutes.
    #[serde(default)]
    claims: Vec<FalseClaim>,
    /// The known findings of your brief, as you found them now.
    #[serde(default)]
    known: Vec<Observation>,
    /// Facts for later agents, a sentence each; nothing that the code says.
    #[serde(default)]
    learned: Vec<Line>,
}

#[derive(Deserialize, JsonSchema)]
struct PlacedIssue {
    file: Title,
    line: Option<u32>,
    #[serde(flatten)]
    issue: Issue,
}

#[derive(Deserialize, JsonSchema)]
struct Scrutiny {
    #[schemars(extend("x-cut" = true))]
    summary: Prose,
    /// What the reviews did not say already, at the place where it shows.
    #[serde(default)]
    issues: Vec<PlacedIssue>,
    /// The known findings of your brief, as you found them now.
    #[serde(default)]
    known: Vec<Observation>,
    /// What you make of the notes of your brief.
    #[serde(default)]
    notes: Vec<NoteRuling>,
    /// Notes of your own for later agents.
    #[serde(default)]
    knowledge: Vec<Line>,
}

#[derive(Deserialize, JsonSchema)]
struct UserTesting {
    #[schemars(extend("x-cut" = true))]
    summary: Prose,
    /// What was awkward though it worked.
    #[serde(default)]
    #[schemars(extend("x-cut" = true))]
    frictions: Vec<Line>,
    /// Beyond the assertions: a failed verdict is reported already.
    #[serde(default)]
    issues: Vec<Issue>,
    /// The known findings of your brief, as you found them now.
    #[serde(default)]
    known: Vec<Observation>,
    /// Facts for later agents, a sentence each; nothing that the app says.
    #[serde(default)]
    learned: Vec<Line>,
}

#[derive(Deserialize, JsonSchema)]
struct Verdict {
    /// Such as VAL-AUTH-001.
    assertion: AssertionId,
    outcome: Outcome,
    /// What you saw, as exactly as the app showed it; for blocked, what stood in the way.
    #[schemars(extend("x-cut" = true))]
    observed: Line,
    /// References (ev_…) of your instruments; `pass` and `fail` need one.
    #[serde(default)]
    evidence: Vec<EvidenceRef>,
}

impl From<PlacedIssue> for ReviewIssue {
    fn from(PlacedIssue { file, line, issue }: PlacedIssue) -> Self {
        Self { file, line, issue }
    }
}

pub(super) fn rows(context: &Arc<ToolContext>) -> [ToolRow; 4] {
    let (asker, reminded) = (Arc::clone(context), AtomicBool::new(false));
    [
        context.asking_all(
            "report_review",
            "Reports your review and ends the attempt.",
            Accepted::Close("The review is recorded."),
            |Review { summary, verdict, issues, claims, known, learned }| {
                let issues = issues.into_iter().map(ReviewIssue::from).collect();
                let report = Command::ReportReview { summary, opinion: verdict, issues, known };
                let notes = Command::ProposeNotes { notes: learned };
                Ok(vec![notes, Command::RefuteClaims { claims }, report])
            },
        ),
        context.asking_all(
            "report_scrutiny",
            "Reports the scrutiny of the milestone and ends the attempt.",
            Accepted::Close("The scrutiny is recorded."),
            move |Scrutiny { summary, issues, known, knowledge, notes }| {
                rules_on_notes(&asker, &notes, &reminded)?;
                let issues = issues.into_iter().map(|issue| ReviewIssue::from(issue).placed()).collect();
                let report = Command::ReportScrutiny { summary, issues, knowledge, known };
                Ok(vec![Command::DecideNotes { rulings: notes }, report])
            },
        ),
        ToolRow::new(
            "verdict",
            "Gives your verdict on one assertion. Giving it again replaces it.",
            Access::Read,
            Ok(Arc::clone(context)),
            give_verdict,
        ),
        context.asking_all(
            "report_user_testing",
            "Ends the attempt. Refused while an assertion of the round has no verdict.",
            Accepted::Close("The report is recorded."),
            |UserTesting { summary, frictions, issues, known, learned }| {
                let report = Command::ReportUserTesting { summary, frictions, issues, known };
                Ok(vec![Command::ProposeNotes { notes: learned }, report])
            },
        ),
    ]
}

/// Sends scrutiny back, once, for the notes of its brief on which it says nothing.
fn rules_on_notes(
    context: &ToolContext,
    rulings: &[NoteRuling],
    reminded: &AtomicBool,
) -> Result<(), ToolError> {
    let silent: Vec<String> = context.engine.cell.with(|mission| {
        let shown =
            mission.attempts.get(&context.attempt).into_iter().flat_map(|by| mission.notes_before(by));
        let silent = shown.filter(|note| rulings.iter().all(|ruling| ruling.note != note.id));
        silent.map(|note| format!("{} ({})", note.id, note.words)).collect()
    });
    if silent.is_empty() || reminded.swap(true, Ordering::Relaxed) {
        return Ok(());
    }
    Err(ToolError::Mend(format!(
        "your report says nothing of notes that your brief lists: {}. Confirm, merge or reject each in `notes`, and report again; you are not asked a second time",
        silent.join("; ")
    )))
}

async fn give_verdict(context: Arc<ToolContext>, wanted: Verdict, call: Call) -> Answer {
    let Verdict { assertion, outcome, observed, evidence: references } = wanted;
    let attempt = context.attempt;
    let round = context.engine.cell.with(|mission| mission.attempts.get(&attempt)?.work.round());
    if let Some(round) = round {
        let late = check_late(&context.engine, round, &assertion, &call.cancel).await;
        late.map_err(|error| ToolError::Fatal(error.to_string()))?;
    }
    let wording = context.engine.cell.with(|mission| {
        let found = mission.assertion(&assertion).map(|found| &found.wording);
        found.map(|wording| format!("{} {}", wording.statement, wording.check.how)).unwrap_or_default()
    });
    let mut evidence = Vec::new();
    for EvidenceRef(name) in references {
        let found = piece(&context.engine.store, &EvidenceRef(name.trim().to_owned()));
        let found = found.map_err(|_| {
            ToolError::Mend(format!(
                "there is no evidence {name}: name a reference that an instrument returned{}",
                context.steps.newest()
            ))
        })?;
        let lacks = lacks(&context.engine.store, &found.reference, observed.as_str(), &wording);
        let lacks = lacks.map_err(|error| ToolError::Fatal(error.to_string()))?;
        evidence.push(Piece { lacks, ..found });
    }
    if outcome != Outcome::Blocked {
        evidence.extend(steps(&context, &evidence)?);
    }
    let answer = match outcome {
        Outcome::Fail => format!(
            "The verdict on {assertion} is recorded. Unless you tried it twice already, try it once more the same way: if it holds then, give `pass` as well, and it is told as flaky. Once you have ended, what you did up to this is done again on a fresh app, and what shows something else is told as flaky, too."
        ),
        Outcome::Pass | Outcome::Blocked => format!("The verdict on {assertion} is recorded."),
    };
    context.ask(vec![Command::GiveVerdict { assertion, outcome, observed, evidence }]).await?;
    Ok(Output::text(answer))
}

/// The steps by which a tester came to see what it names, kept so that they can be done again; none for what the engine
/// saw itself.
fn steps(context: &ToolContext, evidence: &[Piece]) -> Result<Option<Piece>, ToolError> {
    let named: Vec<&str> = evidence.iter().map(|piece| piece.reference.0.as_str()).collect();
    let Some(steps) = context.steps.up_to(&named) else { return Ok(None) };
    let (store, attempt) = (&context.engine.store, context.attempt);
    let Some(taken) = context.engine.cell.with(|mission| taken(mission, attempt)) else { return Ok(None) };
    let kept =
        keep_steps(store, attempt, &steps, taken).map_err(|error| ToolError::Fatal(error.to_string()))?;
    let found = piece(store, &kept).map_err(|error| ToolError::Fatal(error.to_string()))?;
    Ok(Some(found))
}
