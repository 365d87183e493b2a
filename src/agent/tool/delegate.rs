//! `delegate`: questions to read-only researchers, who work on them side by side.

use std::sync::Arc;

use futures::future::join_all;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Answer, Call, Output, ToolError, ToolRow};
use crate::workspace::Access;

/// Questions of one call.
const MOST: usize = 6;

/// Starts researchers. The engine implements it, so that each is an attempt of its own.
#[async_trait::async_trait]
pub trait Spawner: Send + Sync {
    /// Answers one question.
    ///
    /// # Errors
    /// A sentence that says why there is no answer.
    async fn research(&self, question: String) -> Result<String, String>;
}

#[derive(Deserialize, JsonSchema)]
struct Arguments {
    /// One to six, each complete in itself.
    questions: Vec<String>,
}

pub(super) fn row(researchers: Option<Arc<dyn Spawner>>) -> ToolRow {
    let description = "Has researchers, who only read the checkout, answer questions that take much reading.";
    let researchers = researchers.ok_or_else(|| "this role has no researchers".to_owned());
    ToolRow::new("delegate", description, Access::Read, researchers, ask).parallel()
}

async fn ask(researchers: Arc<dyn Spawner>, wanted: Arguments, call: Call) -> Answer {
    let questions = wanted.questions;
    if questions.is_empty() || questions.len() > MOST || questions.iter().any(|one| one.trim().is_empty()) {
        return Err(ToolError::Mend(format!("ask between one and {MOST} questions, none of them empty")));
    }
    let asked = questions.iter().map(|question| researchers.research(question.clone()));
    let answers = tokio::select! {
        answers = join_all(asked) => answers,
        () = call.cancel.cancelled() => return Err(ToolError::Mend("the researchers were stopped".to_owned())),
    };
    let answered = questions.iter().zip(answers).map(|(question, answer)| {
        let answer = answer.unwrap_or_else(|reason| format!("(no answer: {reason})"));
        format!("## {}\n{}", question.trim(), answer.trim())
    });
    Ok(Output::text(answered.collect::<Vec<_>>().join("\n\n")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio::sync::Barrier;

    use super::super::env::tests::call;
    use super::*;

    struct Researchers(Barrier);

    #[async_trait::async_trait]
    impl Spawner for Researchers {
        async fn research(&self, question: String) -> Result<String, String> {
            self.0.wait().await;
            if question == "why?" { Err("nobody knows".into()) } else { Ok(format!("{question} 42")) }
        }
    }

    #[tokio::test]
    async fn questions_are_answered_side_by_side() {
        let delegate = row(Some(Arc::new(Researchers(Barrier::new(2)))));
        let text = call(&delegate, json!({ "questions": ["what?", "why?"] })).await.unwrap();
        assert_eq!(text, "## what?\nwhat? 42\n\n## why?\n(no answer: nobody knows)");
        for questions in [json!([]), json!([" "]), json!(["a", "b", "c", "d", "e", "f", "g"])] {
            assert!(call(&delegate, json!({ "questions": questions })).await.is_err());
        }
    }
}
