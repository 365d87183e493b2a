//! `handoff`: how a worker ends. The tree must be clean, and what is committed must reach every other checkout; the head
//! is read from git, never believed.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::context::{Accepted, HandoffSource, ToolContext};
use super::leftovers;
use crate::agent::tool::{Answer, Call, ToolError, ToolRow};
use crate::domain::command::Command;
use crate::domain::handoff::{Handoff, ProcedureDraft};
use crate::domain::id::Commit;
use crate::engine::context::blocking;
use crate::workspace::checkout::Position;
use crate::workspace::{Access, Checkout, Cleanliness, WorkspaceError};

/// Faults of the commits that one refusal names.
const NAMED: usize = 5;

/// How a refusal of the checkout ends: nothing need be written twice.
const AGAIN: &str = "Then call `handoff` with no arguments: what you wrote is kept.";

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(description = "")]
struct HandIn {
    #[serde(flatten)]
    handoff: Handoff,
    procedure: Option<ProcedureDraft>,
}

/// What is handed in: something new, or once more what was sent back.
enum Wanted {
    New(Box<HandIn>),
    Again,
}

impl<'de> Deserialize<'de> for Wanted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Map::<String, Value>::deserialize(deserializer)?;
        if fields.is_empty() {
            return Ok(Self::Again);
        }
        HandIn::deserialize(Value::Object(fields)).map(Box::new).map(Self::New).map_err(D::Error::custom)
    }
}

/// A model sees what a new one needs; that none is needed the second time stands in the description and the refusal.
impl JsonSchema for Wanted {
    fn schema_name() -> Cow<'static, str> {
        HandIn::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        HandIn::json_schema(generator)
    }
}

pub(super) fn row(context: &Arc<ToolContext>) -> ToolRow {
    let description = "Hands in your work and ends the attempt. Everything must be committed.";
    ToolRow::new("handoff", description, Access::Write, Ok(Arc::clone(context)), hand_in)
}

async fn hand_in(context: Arc<ToolContext>, wanted: Wanted, _call: Call) -> Answer {
    let HandoffSource::Checkout(checkout) = &context.handoff_source else {
        return Err(ToolError::Mend("only a worker on a feature hands in".to_owned()));
    };
    let handoff = context.keep(wanted)?;
    let base = context.engine.cell.with(|mission| mission.head().cloned());
    let task = checkout.clone();
    let head = blocking(move || Ok(head(&task, base.as_ref()))).await;
    let head = head.map_err(|error| ToolError::Fatal(error.to_string()))??;
    let command = Command::HandIn { handoff, head: head.clone() };
    let answer = context.submit(vec![command], Accepted::Close("The handoff is accepted.")).await?;
    let engine = Arc::clone(&context.engine);
    let bring = move || {
        engine.publish(&head.0);
        Ok(())
    };
    if let Err(error) = blocking(bring).await {
        tracing::warn!(%error, "the accepted head is brought over later");
    }
    Ok(answer)
}

impl ToolContext {
    /// Keeps what is handed in until it is accepted, and gives it.
    fn keep(&self, wanted: Wanted) -> Result<Box<Handoff>, ToolError> {
        let mut kept = self.kept_handoff.lock().unwrap_or_else(PoisonError::into_inner);
        if let Wanted::New(wanted) = wanted {
            let HandIn { handoff, procedure } = *wanted;
            *kept = Some(Box::new(Handoff {
                procedure: procedure.map(Into::into).unwrap_or_default(),
                ..handoff
            }));
        }
        let nothing = || {
            ToolError::Mend(
                "nothing was handed in before: say at least `summary` and `implemented`".to_owned(),
            )
        };
        kept.clone().ok_or_else(nothing)
    }
}

/// The head of the checkout, if it is on the mission's branch, would reach any other checkout, and everything is
/// committed.
fn head(checkout: &Checkout, base: Option<&Commit>) -> Result<Commit, ToolError> {
    let fatal = |error: WorkspaceError| ToolError::Fatal(error.to_string());
    if let Position::Elsewhere(place) = checkout.position().map_err(fatal)? {
        return Err(ToolError::Mend(format!(
            "the checkout is on {place}: go back to branch {} with your commits. {AGAIN}",
            checkout.branch()
        )));
    }
    // First, since a file that was committed without its filter is unclean for ever, and git does not say why.
    let faults = base.map_or(Ok(Vec::new()), |base| checkout.unportable_since(&base.0)).map_err(fatal)?;
    if !faults.is_empty() {
        let named: Vec<String> = faults.iter().take(NAMED).map(|fault| format!("- {fault}.")).collect();
        let more = faults.len().saturating_sub(NAMED);
        let more = if more > 0 { format!("\n- and {more} more of these.") } else { String::new() };
        return Err(ToolError::Mend(format!(
            "your commits do not hold what every other checkout needs:\n{}{more}\n{AGAIN}",
            named.join("\n")
        )));
    }
    let leaks = base.map_or(Ok(Vec::new()), |base| checkout.leaks_since(&base.0)).map_err(fatal)?;
    if !leaks.is_empty() {
        let named: Vec<String> = leaks.iter().take(NAMED).map(|leak| format!("- {leak}.")).collect();
        return Err(ToolError::Mend(format!(
            "your commits add secrets, which must not be published:\n{}\nTake them out, from every commit: `git reset --soft \
             {}`, mend the files, commit again. Read them from the environment where the program runs; one that is made up \
             for a test is written so that it looks like none, such as in two parts. {AGAIN}",
            named.join("\n"),
            base.map_or("BASE", |base| base.0.as_str()),
        )));
    }
    if let Cleanliness::Dirty(paths) = checkout.is_clean().map_err(fatal)? {
        let exclude = checkout.exclude_file().map_err(fatal)?;
        return Err(ToolError::Mend(format!("{} {AGAIN}", leftovers::refusal(&paths, &exclude))));
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
    fn nothing_at_all_hands_in_again_and_anything_else_is_read_as_a_handoff() {
        assert!(matches!(arguments::<Wanted>(json!({})).unwrap(), Wanted::Again));
        let new = arguments::<Wanted>(json!({ "summary": "A page.", "implemented": [] })).unwrap();
        assert!(matches!(new, Wanted::New(_)));
        let fault = arguments::<Wanted>(json!({ "implemented": [] })).err().unwrap().to_string();
        assert!(fault.contains("missing field `summary`"), "{fault}");
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
