//! One row of the tool table: everything that is known of a tool, and what runs.
//!
//! A tool is a struct of arguments and an async function; the row derives the schema from the one and calls the other.

use std::sync::Arc;

use futures::future::BoxFuture;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::env::blocking;
use super::shown::shown;
use super::{Answer, Call, Output, ToolEnv, ToolError, arguments};
use crate::agent::model::ToolSpec;
use crate::workspace::Access;
use crate::workspace::secrets::mask;

/// A tool that a session may be given.
#[derive(Clone)]
pub struct ToolRow {
    /// How a model sees it: name, description and the schema of its arguments.
    pub spec: ToolSpec,
    /// The schema with everything that is checked.
    whole: Value,
    /// What a session must be allowed to touch before it gets the tool.
    pub access: Access,
    /// Whether calls of it in one reply may run beside each other.
    pub concurrency: Concurrency,
    /// Whether calls of it that were accepted stay whole in a conversation that grew too long.
    pub decides: bool,
    /// What runs, or why it cannot be given in this session.
    run: Result<Run, String>,
    /// Whether a session that asks for it and is not given it lacks something.
    lack: Lack,
}

/// What it means that a session is not given a tool that its prompt names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// Something that the prompt counts on is not there.
    Missed,
    /// There is nothing here that the tool is for: all is as it should be.
    Nothing,
}

/// What makes a call.
pub(in crate::agent) type Run = Arc<dyn Fn(Value, Call) -> BoxFuture<'static, Answer> + Send + Sync>;

/// Whether a call may run beside another one of the same reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concurrency {
    /// It runs when those before it have ended.
    Alone,
    /// It runs together with its neighbours of the same kind.
    Parallel,
}

impl ToolRow {
    /// A tool whose arguments are an `A` and that works with a state: there is one, or a reason why this session has
    /// none.
    pub fn new<S, A, F>(
        name: &str,
        description: impl Into<String>,
        access: Access,
        state: Result<Arc<S>, String>,
        run: impl Fn(Arc<S>, A, Call) -> F + Send + Sync + 'static,
    ) -> Self
    where
        S: Send + Sync + ?Sized + 'static,
        A: DeserializeOwned + JsonSchema + 'static,
        F: Future<Output = Answer> + Send + 'static,
    {
        let schema = arguments::schema::<A>();
        let (seen, limits) = shown(&schema);
        let mut description = description.into();
        if let Some(limits) = limits {
            description += &format!(" {limits}");
        }
        let spec = ToolSpec { name: name.to_owned(), description, schema: seen };
        let whole = schema.clone();
        let run = state.map(|state| -> Run {
            Arc::new(move |value, call| -> BoxFuture<'static, Answer> {
                match arguments::decode::<A>(&schema, value) {
                    Ok((wanted, cut)) => {
                        let answer = run(Arc::clone(&state), wanted, call);
                        Box::pin(async move { answer.await.map(|output| output.noting(&cut)) })
                    }
                    Err(fault) => Box::pin(std::future::ready(Err(fault))),
                }
            })
        });
        Self { spec, whole, access, concurrency: Concurrency::Alone, decides: false, run, lack: Lack::Missed }
    }

    /// A tool that checks its arguments itself.
    pub(in crate::agent) fn foreign<F>(
        spec: ToolSpec,
        access: Access,
        run: impl Fn(Value, Call) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        let run: Run = Arc::new(move |arguments, call| Box::pin(run(arguments, call)));
        let whole = spec.schema.clone();
        let (concurrency, lack) = (Concurrency::Alone, Lack::Missed);
        Self { spec, whole, access, concurrency, decides: false, run: Ok(run), lack }
    }

    /// A tool that works on files, beside the session's other tasks.
    pub(super) fn on_files<A>(
        name: &str,
        description: &str,
        access: Access,
        env: &Arc<ToolEnv>,
        work: fn(&ToolEnv, &A, &Call) -> Result<String, ToolError>,
    ) -> Self
    where
        A: DeserializeOwned + JsonSchema + Send + 'static,
    {
        Self::new(name, description, access, Ok(Arc::clone(env)), move |env, wanted: A, call| {
            let jail = env.jail.clone();
            async move { blocking(&jail, move || work(&env, &wanted, &call).map(Output::text)).await }
        })
    }

    /// The same tool, which does not offer a word among its choices.
    #[must_use]
    pub fn withholding(mut self, word: &str) -> Self {
        arguments::withhold(&mut self.whole, word);
        self.spec.schema = shown(&self.whole).0;
        self
    }

    /// The same tool, which does not offer one of its arguments.
    #[must_use]
    pub(super) fn without(mut self, argument: &str) -> Self {
        if let Some(Value::Object(arguments)) = self.whole.get_mut("properties") {
            arguments.shift_remove(argument);
        }
        self.spec.schema = shown(&self.whole).0;
        self
    }

    /// The same tool, which this session cannot be given.
    #[must_use]
    pub fn withheld(self, why: &str) -> Self {
        Self { run: Err(why.to_owned()), lack: Lack::Missed, ..self }
    }

    /// The same tool, and what it means where it cannot be given.
    #[must_use]
    pub(super) fn lacking(self, lack: Lack) -> Self {
        Self { lack, ..self }
    }

    /// What it means that a session is not given it.
    pub fn lack(&self) -> Lack {
        self.lack
    }

    /// The same tool, whose accepted calls are decisions: they stay whole in a conversation that grew too long.
    #[must_use]
    pub fn deciding(self) -> Self {
        Self { decides: true, ..self }
    }

    /// The same tool; calls of it in one reply run beside each other.
    #[must_use]
    pub fn parallel(self) -> Self {
        Self { concurrency: Concurrency::Parallel, ..self }
    }

    /// The same tool; each call is shown to somebody before it is made.
    #[must_use]
    pub(super) fn watched(self, watch: impl Fn(&Call, &Value) + Send + Sync + 'static) -> Self {
        let run = self.run.map(|run| -> Run {
            Arc::new(move |wanted, call| {
                watch(&call, &wanted);
                run(wanted, call)
            })
        });
        Self { run, ..self }
    }

    /// The same tool; each call is made by way of somebody, who is given what makes it.
    #[must_use]
    pub(in crate::agent) fn by_way<F>(
        self,
        way: impl Fn(Value, Call, Run) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        let run = self.run.map(|run| -> Run {
            Arc::new(move |arguments, call| Box::pin(way(arguments, call, Arc::clone(&run))))
        });
        Self { run, ..self }
    }

    /// Why a session with that access cannot be given the tool; `None` when it can.
    pub fn refusal(&self, access: Access) -> Option<String> {
        match self.access {
            _ if access.covers(self.access) => self.run.as_ref().err().cloned(),
            Access::Write => Some("this role does not build; give it `access = \"write\"`".to_owned()),
            Access::Read | Access::Proof => {
                Some("this role only reads; give it `access = \"write\"` or \"proof\"".to_owned())
            }
        }
    }

    /// Makes one call. What looks like a secret in the answer is masked. The arguments are a JSON object that has not been checked yet.
    ///
    /// # Errors
    /// See [`ToolError`].
    pub async fn call(&self, arguments: Value, call: Call) -> Answer {
        let run = self.run.as_ref().map_err(|reason| ToolError::Mend(reason.clone()))?;
        let masked = |text: String| mask(&text).into_owned();
        match run(arguments, call).await {
            Ok(output) => Ok(Output { text: masked(output.text), ..output }),
            Err(ToolError::Mend(why)) => Err(ToolError::Mend(masked(why))),
            Err(fatal) => Err(fatal),
        }
    }
}
