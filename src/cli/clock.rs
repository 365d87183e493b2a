//! The time of day, for the live line and for the first event of a mission.

use crate::domain::id::Timestamp;

/// Now.
#[expect(clippy::disallowed_methods, reason = "until the engine's clock is there")]
pub fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_millisecond())
}
