//! The engine's only look at the time of day.

use crate::domain::id::Timestamp;

/// Now, in milliseconds since the Unix epoch.
#[expect(clippy::disallowed_methods, reason = "this is the one place of the engine that reads the time")]
pub fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_millisecond())
}
