//! How fast a script is spoken.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::agent::model::ModelError;

/// Bytes of a call's arguments that arrive at once.
pub(super) const ARGUMENT_PIECE: usize = 192;

/// Pauses of a script that a person follows; a mission like the demo takes about two minutes then.
pub(super) const WORD: Duration = Duration::from_millis(55);
pub(super) const ARGUMENT: Duration = Duration::from_millis(30);
pub(super) const THINKING: Duration = Duration::from_millis(450);

/// How many times faster than a person follows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlaybackSpeed(f64);

impl PlaybackSpeed {
    /// No waiting at all.
    pub const INSTANT: Self = Self(f64::INFINITY);

    /// So many times faster, or slower below one. What is no positive number counts as one.
    pub fn times(times: f64) -> Self {
        Self(if times > 0.0 { times } else { 1.0 })
    }

    /// Waits for a pause at this speed.
    pub(super) async fn pause(self, pause: Duration, cancel: &CancellationToken) -> Result<(), ModelError> {
        if cancel.is_cancelled() {
            return Err(ModelError::Cancelled);
        }
        let pause = Duration::try_from_secs_f64(pause.as_secs_f64() / self.0).unwrap_or(Duration::MAX);
        if pause.is_zero() {
            return Ok(());
        }
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(ModelError::Cancelled),
            () = tokio::time::sleep(pause) => Ok(()),
        }
    }
}
