//! A tester's steps done again without a tester: the same instruments, the same arguments, what each showed.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::BoxFuture;
use serde_json::Value;

use super::steps::Step;
use super::{Instruments, app, place};
use crate::agent::tool::{ToolEnv, ToolError, arguments};
use crate::instrument::error::BLOCKED;
use crate::instrument::{Facts, Instrument, Seen, Visitor, each};

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

impl Again {
    /// Why the instrument could not be used, which says nothing of the app.
    pub fn blocked(&self) -> Option<&str> {
        self.seen.as_ref().err().map(String::as_str).filter(|why| why.starts_with(BLOCKED))
    }

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
            step("http", json!({ "url": format!("http://127.0.0.1:{port}/hello") })),
            step("terminal", json!({ "action": "start", "command": "echo done; exit 4" })),
            step("http", json!({ "url": format!("http://127.0.0.1:{port}/gone") })),
            step("terminal", json!({ "action": "dance" })),
            step("verdict", json!({})),
        ];
        let first = replay(&place.env, &instruments(&kept), &steps).await;
        let again = replay(&place.env, &instruments(&kept), &steps).await;
        for (one, other) in first.iter().zip(&again) {
            assert_eq!(one.facts(), other.facts(), "{:?}", one.step);
            assert_eq!(one.blocked(), None);
        }
        let facts: Vec<Facts> = first.iter().map(Again::facts).collect();
        assert_eq!((facts[0].statuses.as_slice(), facts[0].text.as_str()), (&[200][..], "hi"));
        assert_eq!((facts[1].exit, facts[1].text.as_str()), (Some(Exit::Code(4)), "done"));
        assert_eq!(facts[2].statuses, [404]);
        assert!(facts[3].text.contains("do not fit") && facts[4].text.contains("is no instrument"));
        let pages = replay(&place.env, &instruments(&kept), &[step("browser", json!({}))]).await;
        assert_eq!(pages[0].blocked(), Some("blocked: no browser instrument; none in this test"));
        assert!(kept.0.lock().unwrap().is_empty(), "what is seen again is given and not kept");
    }
}
