//! `propose_contract`: every assertion, before any feature.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::ToolContext;
use super::texts::{id, maybe, text};
use crate::agent::model::ToolSpec;
use crate::agent::tool::{Call, Output, Tool, ToolError, arguments, spec};
use crate::domain::command::Command;
use crate::domain::contract::{AssertionDraft, Check, Instrument, Weight, Wording};
use crate::domain::text::plural;

pub(super) struct ProposeContract(pub(super) Arc<ToolContext>);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    assertions: Vec<AssertionArgument>,
}

/// One behaviour that a user can observe.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AssertionArgument {
    /// `VAL-<AREA>-<NNN>`, such as VAL-AUTH-001.
    pub id: String,
    pub title: String,
    /// The behaviour, in sentences.
    pub statement: String,
    pub check: CheckArgument,
    /// What must be kept as proof.
    pub evidence: String,
    /// Blocking unless it says otherwise.
    pub severity: Option<WeightArgument>,
}

/// How it is checked.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckArgument {
    pub via: ViaArgument,
    /// The tester's steps, and exactly what they must see.
    pub how: String,
    /// A shell command that decides it, where there is one; needed when via is command.
    pub command: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ViaArgument {
    Http,
    Terminal,
    Command,
    Browser,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum WeightArgument {
    Blocking,
    NonBlocking,
}

impl From<WeightArgument> for Weight {
    fn from(argument: WeightArgument) -> Self {
        match argument {
            WeightArgument::Blocking => Self::Blocking,
            WeightArgument::NonBlocking => Self::NonBlocking,
        }
    }
}

impl TryFrom<CheckArgument> for Check {
    type Error = ToolError;

    fn try_from(argument: CheckArgument) -> Result<Self, ToolError> {
        Ok(Self {
            via: match argument.via {
                ViaArgument::Http => Instrument::Http,
                ViaArgument::Terminal => Instrument::Terminal,
                ViaArgument::Command => Instrument::Command,
                ViaArgument::Browser => Instrument::Browser,
            },
            how: text("check.how", &argument.how)?,
            command: maybe("check.command", argument.command.as_deref())?,
        })
    }
}

impl TryFrom<AssertionArgument> for AssertionDraft {
    type Error = ToolError;

    fn try_from(argument: AssertionArgument) -> Result<Self, ToolError> {
        Ok(Self {
            id: id(&argument.id)?,
            wording: Wording {
                title: text("title", &argument.title)?,
                statement: text("statement", &argument.statement)?,
                check: argument.check.try_into()?,
                evidence: text("evidence", &argument.evidence)?,
                weight: argument.severity.map_or(Weight::Blocking, Into::into),
            },
        })
    }
}

#[async_trait::async_trait]
impl Tool for ProposeContract {
    fn spec(&self) -> ToolSpec {
        spec::<Arguments>(
            "propose_contract",
            "Proposes the validation contract: every assertion of the mission. Proposing again replaces it.",
        )
    }

    async fn call(&self, value: Value, _call: &Call) -> Result<Output, ToolError> {
        let Arguments { assertions } = arguments(value)?;
        let count = plural(assertions.len(), "assertion");
        let assertions = assertions.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?;
        let answer = format!("The contract of {count} is accepted. Next: propose_environment.");
        self.0.tell(vec![Command::ProposeContract { assertions }], &answer).await
    }
}
