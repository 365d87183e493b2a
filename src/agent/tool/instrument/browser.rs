//! `browser`: says that it is missing, so that a verdict is blocked and never guessed.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::mend;
use crate::agent::model::ToolSpec;
use crate::agent::tool::{Call, Output, Tool, ToolError, arguments, spec};
use crate::instrument::BrowserDriver;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// The page to open.
    url: String,
}

pub(super) struct Browser;

#[async_trait::async_trait]
impl Tool for Browser {
    fn spec(&self) -> ToolSpec {
        spec::<Arguments>("browser", "Opens a page in a real browser, or says why that cannot be done here.")
    }

    async fn call(&self, value: Value, _: &Call) -> Result<Output, ToolError> {
        let Arguments { url } = arguments(value)?;
        let driver = BrowserDriver::open(&url).map_err(|fault| mend(&fault))?;
        Ok(Output::text(driver.url()))
    }
}
