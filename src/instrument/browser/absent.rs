//! The browser of a flightdeck that was built without it: it says so rather than let a validator guess.

use serde_json::Value;

use super::Chromium;
use crate::instrument::{Instrument, InstrumentError, Place, Reach, Seen};
use crate::workspace::Access;

/// A browser that is not there.
#[derive(Debug)]
pub struct Browser(Chromium);

#[async_trait::async_trait]
impl Instrument for Browser {
    type Wanted = Value;

    const NAME: &'static str = "browser";
    const DESCRIPTION: &'static str = "Says why no browser can be worked here.";
    const ACCESS: Access = Access::Read;
    const REACHES: Reach = Reach::Ports;

    fn new(place: &Place) -> Result<Self, InstrumentError> {
        place.chromium().path()?;
        Ok(Self(place.chromium().clone()))
    }

    async fn act(&self, _wanted: Value) -> Result<Seen, InstrumentError> {
        let path = self.0.path()?;
        Ok(Seen::told(format!("{} cannot be driven", path.display())))
    }
}
