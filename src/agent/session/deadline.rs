//! How long a session may take. Time that it waits for what passes by itself is not its own.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::parts::{Again, Permit};
use super::session_loop::no_reply;
use crate::agent::model::ModelError;
use crate::agent::turn::{Fault, Outcome};

/// When the time of a session is over; nothing while it waits.
pub struct Deadline(watch::Sender<Option<Instant>>);

/// The end of a session's time, or its being stopped.
pub struct Over {
    at: watch::Receiver<Option<Instant>>,
    max_time: Duration,
    cancel: CancellationToken,
}

impl Deadline {
    /// The time begins.
    pub fn new(max_time: Duration, cancel: CancellationToken) -> (Self, Over) {
        let (sender, at) = watch::channel(Some(Instant::now() + max_time));
        (Self(sender), Over { at, max_time, cancel })
    }

    /// Waits for as long as a fault may pass; the session's time stands still meanwhile.
    ///
    /// # Errors
    /// How the session ends, where nobody waits any longer.
    pub async fn wait_out(&self, permit: &dyn Permit, fault: &ModelError) -> Result<(), Outcome> {
        let left = self.0.borrow().map(|at| at.saturating_duration_since(Instant::now()));
        self.0.send_replace(None);
        let again = permit.after_fault(fault).await;
        self.0.send_replace(left.map(|left| Instant::now() + left));
        match again {
            Again::Ask => Ok(()),
            Again::GiveUp => Err(no_reply(fault)),
            Again::End { reason } => Err(Outcome::Denied { reason }),
        }
    }
}

impl Over {
    /// What a session comes to, or that it was stopped or took too long.
    pub async fn or(self, work: impl Future<Output = Outcome>) -> Outcome {
        let Self { at, max_time, cancel } = self;
        tokio::select! {
            biased;
            () = cancel.cancelled() => Outcome::Stopped { reason: "the session was stopped".to_owned() },
            () = passed(at) => Outcome::Failed {
                reason: format!("it did not end within {} minutes", max_time.as_secs().div_ceil(60)),
                fault: Fault::Limit,
            },
            outcome = work => outcome,
        }
    }
}

/// Ends when a deadline has passed, which may be moved or suspended meanwhile.
async fn passed(mut deadline: watch::Receiver<Option<Instant>>) {
    loop {
        let at = *deadline.borrow_and_update();
        let over = async {
            match at {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = over => return,
            moved = deadline.changed() => if moved.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}
