//! A tester's steps done again without a tester: the same instruments, the same arguments, what each showed.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::BoxFuture;
use serde_json::Value;

use super::{Instruments, app, place};
use crate::agent::tool::{ToolEnv, ToolError, arguments};
use crate::instrument::{Facts, Instrument, Seen, Visitor, each};

/// One call of an instrument, as its transcript has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The tool's name.
    pub tool: String,
    /// Its arguments.
    pub wanted: Value,
}

/// What a step showed when it was done again.
#[derive(Debug)]
pub struct Again {
    pub step: Step,
    /// What was seen, or why the instrument refused.
    pub seen: Result<Seen, String>,
}

type Act = Box<dyn Fn(Value) -> BoxFuture<'static, Result<Seen, ToolError>> + Send + Sync>;

/// Does steps again, one after the other, with instruments of their own: no cookies, no program at the terminal. What is
/// seen is given and not kept. A step that is no instrument's is refused.
pub async fn replay(env: &Arc<ToolEnv>, instruments: &Instruments, steps: &[Step]) -> Vec<Again> {
    let mut players = Players { env, instruments, steps, acts: BTreeMap::new() };
    each(&mut players);
    let mut all = Vec::new();
    for step in steps {
        let seen = match players.acts.get(step.tool.as_str()) {
            Some(act) => act(step.wanted.clone()).await,
            None if step.tool == app::NAME => app::again(&instruments.app, step.wanted.clone()).await,
            None => Err(ToolError::Mend(format!("`{}` is no instrument", step.tool))),
        };
        all.push(Again { step: step.clone(), seen: seen.map_err(|fault| fault.to_string()) });
    }
    all
}

/// Whether calls of a tool are steps that can be done again.
pub fn is_step(tool: &str) -> bool {
    let mut names = Names(vec![app::NAME]);
    each(&mut names);
    names.0.contains(&tool)
}

impl Step {
    /// The step against an app that listens on another port.
    #[must_use]
    pub fn moved(&self, from: u16, to: u16) -> Self {
        Self { tool: self.tool.clone(), wanted: moved(&self.wanted, from, to) }
    }
}

impl Again {
    /// What can be compared with another time; a refusal is a text.
    pub fn facts(&self) -> Facts {
        match &self.seen {
            Ok(seen) => seen.facts.clone(),
            Err(fault) => Facts { text: fault.clone(), ..Facts::default() },
        }
    }
}

/// The instruments that the steps use, ready to be played.
struct Players<'a> {
    env: &'a Arc<ToolEnv>,
    instruments: &'a Instruments,
    steps: &'a [Step],
    acts: BTreeMap<&'static str, Act>,
}

impl Visitor for Players<'_> {
    fn visit<I: Instrument>(&mut self) {
        // One that is not used is not made ready: a browser is dear.
        if self.steps.iter().all(|step| step.tool != I::NAME) {
            return;
        }
        let instrument =
            I::new(&place(self.env, Some(self.instruments))).map(Arc::new).map_err(|fault| fault.to_string());
        let act: Act = Box::new(move |wanted| {
            let instrument = instrument.clone();
            Box::pin(async move {
                let instrument = instrument.map_err(ToolError::Mend)?;
                Ok(instrument.act(arguments::<I::Wanted>(wanted)?).await?)
            })
        });
        self.acts.insert(I::NAME, act);
    }
}

struct Names(Vec<&'static str>);

impl Visitor for Names {
    fn visit<I: Instrument>(&mut self) {
        self.0.push(I::NAME);
    }
}

/// A value in whose texts `:FROM`, where it stands as a number of its own, is `:TO`.
fn moved(value: &Value, from: u16, to: u16) -> Value {
    match value {
        Value::String(text) => {
            let port = format!(":{from}");
            let mut pieces = text.split(port.as_str());
            let mut changed = pieces.next().unwrap_or_default().to_owned();
            for piece in pieces {
                let other = piece.starts_with(|c: char| c.is_ascii_digit());
                changed += &if other { port.clone() } else { format!(":{to}") };
                changed += piece;
            }
            Value::String(changed)
        }
        Value::Array(items) => items.iter().map(|item| moved(item, from, to)).collect(),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (name.clone(), moved(value, from, to))).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

    use super::super::tests::{Kept, instruments};
    use super::*;
    use crate::agent::tool::env::tests::Place;
    use crate::workspace::Exit;

    fn step(tool: &str, wanted: Value) -> Step {
        Step { tool: tool.to_owned(), wanted }
    }

    #[tokio::test]
    async fn steps_are_done_again_and_what_they_show_can_be_compared() {
        let server = MockServer::start().await;
        let greeting = Mock::given(matchers::path("/hello"));
        greeting.respond_with(ResponseTemplate::new(200).set_body_string("hi")).mount(&server).await;
        let (place, kept) = (Place::new(), Arc::new(Kept::default()));
        let port = server.address().port();
        let steps = [
            step("http", json!({ "url": "http://127.0.0.1:9/hello" })).moved(9, port),
            step("terminal", json!({ "action": "start", "command": "echo done; exit 4" })),
            step("http", json!({ "url": "http://127.0.0.1:9/gone" })).moved(9, port),
            step("terminal", json!({ "action": "dance" })),
            step("verdict", json!({})),
        ];
        let first = replay(&place.env, &instruments(&kept), &steps).await;
        let again = replay(&place.env, &instruments(&kept), &steps).await;
        for (one, other) in first.iter().zip(&again) {
            assert_eq!(one.facts(), other.facts(), "{:?}", one.step);
        }
        let facts: Vec<Facts> = first.iter().map(Again::facts).collect();
        assert_eq!((facts[0].statuses.as_slice(), facts[0].text.as_str()), (&[200][..], "hi"));
        assert_eq!((facts[1].exit, facts[1].text.as_str()), (Some(Exit::Code(4)), "done"));
        assert_eq!(facts[2].statuses, [404]);
        assert!(facts[3].text.contains("do not fit") && facts[4].text.contains("is no instrument"));
        assert!(kept.0.lock().unwrap().is_empty(), "what is seen again is given and not kept");
    }

    #[test]
    fn a_step_moves_to_another_port_and_only_there() {
        let moved =
            step("http", json!({ "requests": [{ "url": "http://localhost:80/:80?a=:8080" }], "n": 80 }))
                .moved(80, 99);
        assert_eq!(
            moved.wanted,
            json!({ "requests": [{ "url": "http://localhost:99/:99?a=:8080" }], "n": 80 })
        );
        assert!(is_step("http") && is_step("terminal") && is_step("app") && !is_step("verdict"));
    }
}
