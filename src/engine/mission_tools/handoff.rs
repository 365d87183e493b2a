//! `handoff`: how a worker ends. The tree must be clean; the head is read from git, never believed.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::context::{Accepted, HandoffSource, ToolContext};
use crate::agent::tool::{Answer, Call, ToolError, ToolRow};
use crate::domain::command::Command;
use crate::domain::handoff::{Handoff, ProcedureDraft};
use crate::domain::id::Commit;
use crate::workspace::checkout::Position;
use crate::workspace::{Access, Cleanliness, WorkspaceError};

/// Files that a refusal names.
const NAMED_FILES: usize = 8;

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(description = "")]
struct HandIn {
    #[serde(flatten)]
    handoff: Handoff,
    procedure: Option<ProcedureDraft>,
}

pub(super) fn row(context: &Arc<ToolContext>) -> ToolRow {
    let description = "Hands in your work and ends the attempt. Everything must be committed.";
    ToolRow::new("handoff", description, Access::Write, Ok(Arc::clone(context)), hand_in)
}

async fn hand_in(context: Arc<ToolContext>, wanted: HandIn, _call: Call) -> Answer {
    let procedure = wanted.procedure.map(Into::into).unwrap_or_default();
    let handoff = Box::new(Handoff { procedure, ..wanted.handoff });
    let head = head(&context.handoff_source)?;
    context.submit(vec![Command::HandIn { handoff, head }], Accepted::Close("The handoff is accepted.")).await
}

/// The head of the checkout, if everything is committed on the mission's branch.
fn head(source: &HandoffSource) -> Result<Commit, ToolError> {
    let HandoffSource::Checkout(checkout) = source else {
        return Err(ToolError::Mend("only a worker on a feature hands in".to_owned()));
    };
    let fatal = |error: WorkspaceError| ToolError::Fatal(error.to_string());
    if let Cleanliness::Dirty(paths) = checkout.is_clean().map_err(fatal)? {
        let named: Vec<String> =
            paths.iter().take(NAMED_FILES).map(|path| path.display().to_string()).collect();
        let more = paths.len().saturating_sub(NAMED_FILES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        return Err(ToolError::Mend(format!(
            "the tree is not clean: commit or remove {}{more}, then hand in again",
            named.join(", ")
        )));
    }
    if let Position::Elsewhere(place) = checkout.position().map_err(fatal)? {
        return Err(ToolError::Mend(format!(
            "the checkout is on {place}: go back to branch {} with your commits",
            checkout.branch()
        )));
    }
    checkout.head().map(Commit).map_err(fatal)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::agent::tool::arguments;
    use crate::domain::handoff::Procedure;

    fn read(more: Value) -> Result<HandIn, String> {
        let mut value = json!({ "summary": "A page.", "implemented": ["a page", " "] });
        if let (Value::Object(all), Value::Object(more)) = (&mut value, more) {
            all.extend(more);
        }
        arguments(value).map_err(|fault| fault.to_string())
    }

    #[test]
    fn a_short_handoff_is_enough() {
        let HandIn { handoff, procedure } = read(json!({})).unwrap();
        assert_eq!((handoff.implemented.len(), handoff.tests_added(), procedure.is_none()), (1, 0, true));
        assert_eq!(handoff.procedure, Procedure::Followed);
    }

    #[test]
    fn a_procedure_is_followed_only_without_deviations() {
        let deviation = json!({ "step": "tests first", "instead": "tests last", "why": "no runner yet" });
        for (said, deviations) in [
            (json!({ "followed": true }), None),
            (json!({ "followed": false }), Some(0)),
            (json!({ "followed": true, "deviations": [deviation] }), Some(1)),
        ] {
            let read = read(json!({ "procedure": said })).unwrap().procedure.unwrap();
            let counted = match Procedure::from(read) {
                Procedure::Followed => None,
                Procedure::Deviated { deviations } => Some(deviations.len()),
            };
            assert_eq!(counted, deviations);
        }
    }

    #[test]
    fn names_of_tests_are_clipped_and_other_texts_refused_by_their_place() {
        let long = "x".repeat(700);
        let tests = json!({ "added": [{ "file": "a.rs", "cases": [long, ""] }] });
        let cases = read(json!({ "tests": tests })).unwrap().handoff.tests.added[0].cases.clone();
        assert_eq!((cases.len(), cases[0].as_str().chars().count()), (1, 160));
        let command = json!({ "command": "make", "exit_code": 0, "observation": long });
        let fault = read(json!({ "commands": [command] })).unwrap_err();
        assert_eq!(fault, "`commands[0].observation`: the text has 700 characters; at most 600 fit");
        assert!(read(json!({ "mood": "good" })).unwrap_err().contains("unknown field `mood`"));
    }
}
