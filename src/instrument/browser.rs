//! The seam for a browser. This release has none, and says so rather than let a validator guess.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Instrument, InstrumentError, Place, Reach, Seen};
use crate::workspace::Access;

/// What is done in the browser.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(description = "")]
pub struct Wanted {
    /// The page to open.
    pub url: String,
}

/// A browser that is not there.
#[derive(Debug)]
pub struct Browser;

#[async_trait::async_trait]
impl Instrument for Browser {
    type Wanted = Wanted;

    const NAME: &'static str = "browser";
    const DESCRIPTION: &'static str = "Opens a page in a real browser, or says why that cannot be done here.";
    const ACCESS: Access = Access::Read;
    const REACHES: Reach = Reach::Ports;

    fn new(_place: &Place) -> Result<Self, InstrumentError> {
        Ok(Self)
    }

    async fn act(&self, _wanted: Wanted) -> Result<Seen, InstrumentError> {
        Err(InstrumentError::Missing {
            instrument: "browser",
            install: "this release of flightdeck cannot drive one; check the behaviour over HTTP or in a terminal, \
                      or leave the assertion blocked for a person to judge",
        })
    }
}
