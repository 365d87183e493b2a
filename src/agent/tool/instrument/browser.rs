//! `browser`: says that it is missing, so that a verdict is blocked and never guessed.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Instruments, mend};
use crate::agent::tool::{Answer, Call, Output, ToolRow};
use crate::instrument::BrowserDriver;
use crate::workspace::Access;

#[derive(Deserialize, JsonSchema)]
struct Arguments {
    /// The page to open.
    url: String,
}

pub(super) fn row(instruments: Result<Arc<Instruments>, String>) -> ToolRow {
    let description = "Opens a page in a real browser, or says why that cannot be done here.";
    ToolRow::needing("browser", description, Access::Read, instruments, open)
}

fn open(_: Arc<Instruments>, Arguments { url }: Arguments, _call: Call) -> impl Future<Output = Answer> {
    let opened = BrowserDriver::open(&url).map(|driver| Output::text(driver.url()));
    std::future::ready(opened.map_err(|fault| mend(&fault)))
}
