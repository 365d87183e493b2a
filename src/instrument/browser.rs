//! The seam for a browser. This release has none, and says so rather than let a validator guess.

use super::InstrumentError;

/// Drives a browser.
#[derive(Debug)]
pub struct BrowserDriver {
    /// There is no way to make one yet.
    never: std::convert::Infallible,
}

impl BrowserDriver {
    /// Opens a page.
    ///
    /// # Errors
    /// Always [`InstrumentError::Missing`] in this release.
    pub fn open(_url: &str) -> Result<Self, InstrumentError> {
        Err(InstrumentError::Missing {
            instrument: "browser",
            install: "this release of flightdeck cannot drive one; check the behaviour over HTTP or in a terminal, \
                      or leave the assertion blocked for a person to judge",
        })
    }

    /// The page's address.
    pub fn url(&self) -> &str {
        match self.never {}
    }
}
