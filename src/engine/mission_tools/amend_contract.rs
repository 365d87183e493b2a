//! `amend_contract`: assertions edited, added or retired while the mission flies.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::ToolContext;
use super::propose_contract::{AssertionArgument, CheckArgument, WeightArgument};
use super::texts::{id, maybe, text};
use crate::agent::model::ToolSpec;
use crate::agent::tool::{Call, Output, Tool, ToolError, arguments, spec};
use crate::domain::command::{Command, WordingEdit};
use crate::domain::id::{AssertionId, Revision};

pub(super) struct AmendContract(pub(super) Arc<ToolContext>);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// Made together, or not at all. An edited assertion is tested again.
    #[serde(default)]
    edit: Vec<Edit>,
    #[serde(default)]
    add: Vec<Addition>,
    #[serde(default)]
    retire: Vec<Retirement>,
}

/// What is left out stays as it is.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Edit {
    id: String,
    title: Option<String>,
    statement: Option<String>,
    check: Option<CheckArgument>,
    evidence: Option<String>,
    severity: Option<WeightArgument>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Addition {
    assertion: AssertionArgument,
    /// The feature that fulfills it, such as F7.
    feature: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Retirement {
    id: String,
    reason: String,
}

impl AmendContract {
    fn edit(&self, edit: Edit) -> Result<Command, ToolError> {
        let assertion: AssertionId = id(&edit.id)?;
        let base = self.0.cell.with(|m| m.contract.get(&assertion).map_or(Revision::FIRST, |a| a.revision));
        let edit = WordingEdit {
            title: maybe("title", edit.title.as_deref())?,
            statement: maybe("statement", edit.statement.as_deref())?,
            check: edit.check.map(TryInto::try_into).transpose()?,
            evidence: maybe("evidence", edit.evidence.as_deref())?,
            weight: edit.severity.map(Into::into),
        };
        Ok(Command::EditAssertion { assertion, base, edit: Box::new(edit) })
    }
}

#[async_trait::async_trait]
impl Tool for AmendContract {
    fn spec(&self) -> ToolSpec {
        spec::<Arguments>("amend_contract", "Edits, adds or retires assertions of the contract.")
    }

    async fn call(&self, value: Value, _call: &Call) -> Result<Output, ToolError> {
        let wanted: Arguments = arguments(value)?;
        let mut commands = Vec::new();
        for edit in wanted.edit {
            commands.push(self.edit(edit)?);
        }
        for Addition { assertion, feature } in wanted.add {
            let draft = Box::new(assertion.try_into()?);
            commands.push(Command::AddAssertion { draft, feature: id(&feature)? });
        }
        for Retirement { id: assertion, reason } in wanted.retire {
            let reason = text("reason", &reason)?;
            commands.push(Command::RetireAssertion { assertion: id(&assertion)?, reason });
        }
        if commands.is_empty() {
            return Err(ToolError::Mend("no change is named: give edit, add or retire".to_owned()));
        }
        self.0.tell(commands, "The contract is amended.").await
    }
}
