//! How fast a rehearsal speaks.

use std::str::FromStr;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::agent::model::ModelError;

/// Bytes of a call's arguments that arrive at once.
pub(super) const ARGUMENT_PIECE: usize = 192;

/// The pace at which a script is spoken: one that a person can follow, some times faster, or no waiting at all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlaybackSpeed {
    word: Duration,
    argument_piece: Duration,
    thinking: Duration,
}

impl PlaybackSpeed {
    /// As fast as a person follows: a mission like the demo takes about two minutes.
    pub const HUMAN: Self = Self {
        word: Duration::from_millis(55),
        argument_piece: Duration::from_millis(30),
        thinking: Duration::from_millis(450),
    };

    /// No waiting at all.
    pub const INSTANT: Self =
        Self { word: Duration::ZERO, argument_piece: Duration::ZERO, thinking: Duration::ZERO };

    /// So many times faster, or slower below one. What is no positive number leaves the pace as it is.
    #[must_use]
    pub fn faster(self, times: f64) -> Self {
        if !(times.is_finite() && times > 0.0) {
            return self;
        }
        let scaled = |pause: Duration| {
            Duration::try_from_secs_f64(pause.as_secs_f64() / times).unwrap_or(Duration::MAX)
        };
        Self {
            word: scaled(self.word),
            argument_piece: scaled(self.argument_piece),
            thinking: scaled(self.thinking),
        }
    }

    pub(super) async fn before_a_turn(self, cancel: &CancellationToken) -> Result<(), ModelError> {
        wait(self.thinking, cancel).await
    }

    pub(super) async fn after_a_word(self, cancel: &CancellationToken) -> Result<(), ModelError> {
        wait(self.word, cancel).await
    }

    pub(super) async fn after_arguments(self, cancel: &CancellationToken) -> Result<(), ModelError> {
        wait(self.argument_piece, cancel).await
    }
}

impl FromStr for PlaybackSpeed {
    type Err = String;

    /// Reads what `--speed` takes: how many times faster than a person follows, or `instant`.
    fn from_str(speed: &str) -> Result<Self, String> {
        if speed == "instant" {
            return Ok(Self::INSTANT);
        }
        match speed.parse::<f64>() {
            Ok(times) if times.is_finite() && times > 0.0 => Ok(Self::HUMAN.faster(times)),
            _ => Err(format!("`{speed}` is no speed: give a number such as 10, or `instant`")),
        }
    }
}

async fn wait(pause: Duration, cancel: &CancellationToken) -> Result<(), ModelError> {
    if cancel.is_cancelled() {
        return Err(ModelError::Cancelled);
    }
    if pause.is_zero() {
        return Ok(());
    }
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(ModelError::Cancelled),
        () = tokio::time::sleep(pause) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_a_number_or_instant() {
        assert_eq!("instant".parse(), Ok(PlaybackSpeed::INSTANT));
        assert_eq!("1".parse(), Ok(PlaybackSpeed::HUMAN));
        assert_eq!("10".parse::<PlaybackSpeed>().unwrap().thinking, Duration::from_millis(45));
        for speed in ["0", "-3", "NaN", "inf", "fast"] {
            assert!(speed.parse::<PlaybackSpeed>().unwrap_err().contains("instant"), "{speed}");
        }
    }
}
