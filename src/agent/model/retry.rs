//! Asking again at once: a few tries over some seconds, with jitter, and never against a provider's own word. What lasts
//! longer is whoever asks to wait for, where everybody sees it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Model, ModelError, Request, StreamPiece, StreamSink, Turn};

/// How often and how long to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Tries in all, the first included.
    pub max_tries: u32,
    /// The wait after the first fault; it doubles with each further one.
    pub first_wait: Duration,
    /// The longest wait that is chosen here.
    pub longest_wait: Duration,
    /// The longest wait that a provider may ask for; a longer one is a [`ModelError::Quota`].
    pub max_wait: Duration,
    /// Spreads the waits of sessions that began together.
    pub jitter_seed: u64,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_tries: 3,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(5),
            max_wait: Duration::from_secs(5),
            jitter_seed: 0,
        }
    }
}

/// A model that asks its inner model again after a passing fault.
pub struct Retrying<M> {
    inner: M,
    policy: RetryPolicy,
    drawn: AtomicU64,
}

impl<M: Model> Retrying<M> {
    /// Wraps a model.
    pub fn new(inner: M, policy: RetryPolicy) -> Self {
        Self { inner, policy, drawn: AtomicU64::new(policy.jitter_seed) }
    }

    /// How long to wait after the given fault, or the error to give up with.
    fn wait(&self, fault: ModelError, tries: u32) -> Result<(Duration, String), ModelError> {
        let ModelError::Passing { message, retry_after } = fault else { return Err(fault) };
        if let Some(asked) = retry_after.filter(|asked| *asked > self.policy.max_wait) {
            return Err(ModelError::Quota { message, resets_after: asked });
        }
        if tries >= self.policy.max_tries {
            return Err(ModelError::Passing { message, retry_after });
        }
        let doubled =
            self.policy.first_wait.saturating_mul(1 << (tries - 1).min(16)).min(self.policy.longest_wait);
        // Between half and the whole of it, and never earlier than the provider asked for.
        let spread = doubled.mul_f64(0.5 + 0.5 * self.draw());
        let wait = match retry_after {
            Some(asked) => asked + spread.min(asked / 10),
            None => spread,
        };
        Ok((wait, message))
    }

    /// A number in 0..1: splitmix64 over a counter, so that a test sees the same waits every time.
    fn draw(&self) -> f64 {
        let mut word = self.drawn.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        f64::from(u32::try_from((word ^ (word >> 31)) >> 32).unwrap_or(0)) / f64::from(u32::MAX)
    }
}

#[async_trait::async_trait]
impl<M: Model> Model for Retrying<M> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn turn(&self, request: &Request, stream: &dyn StreamSink, cancel: &CancellationToken) -> Turn {
        let mut tries = 0;
        loop {
            tries += 1;
            let fault = match self.inner.turn(request, stream, cancel).await {
                Ok(reply) => return Ok(reply),
                Err(fault) => fault,
            };
            let (wait, message) = self.wait(fault, tries)?;
            let reason = format!("{message}; trying again in {} s", wait.as_secs_f64().ceil());
            stream.piece(StreamPiece::Restarted { reason: &reason });
            tokio::select! {
                biased;
                () = cancel.cancelled() => return Err(ModelError::Cancelled),
                () = tokio::time::sleep(wait) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::Mutex;

    use tokio::time::Instant;

    use super::*;
    use crate::agent::model::Reply;

    struct Faulty(Mutex<VecDeque<ModelError>>);

    #[async_trait::async_trait]
    impl Model for Faulty {
        fn name(&self) -> &'static str {
            "test/faulty"
        }

        async fn turn(&self, _: &Request, _: &dyn StreamSink, _: &CancellationToken) -> Turn {
            self.0.lock().unwrap().pop_front().map_or_else(|| Ok(Reply::default()), Err)
        }
    }

    #[derive(Default)]
    struct Restarts(Mutex<Vec<String>>);

    impl StreamSink for Restarts {
        fn piece(&self, piece: StreamPiece<'_>) {
            if let StreamPiece::Restarted { reason } = piece {
                self.0.lock().unwrap().push(reason.to_owned());
            }
        }
    }

    fn passing(retry_after: Option<u64>) -> ModelError {
        ModelError::Passing { message: "busy".into(), retry_after: retry_after.map(Duration::from_secs) }
    }

    async fn run(faults: Vec<ModelError>) -> (Turn, Duration, usize) {
        let model = Retrying::new(Faulty(Mutex::new(faults.into())), RetryPolicy::default());
        let (restarts, begun) = (Restarts::default(), Instant::now());
        let reply = model.turn(&Request::default(), &restarts, &CancellationToken::new()).await;
        (reply, begun.elapsed(), restarts.0.into_inner().unwrap().len())
    }

    #[tokio::test(start_paused = true)]
    async fn waits_grow_and_the_reply_comes_in_the_end() {
        let (reply, waited, restarts) = run(vec![passing(None); 2]).await;
        assert!(reply.is_ok());
        assert_eq!(restarts, 2);
        assert!(waited >= Duration::from_millis(1500) && waited <= Duration::from_secs(3), "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_provider_is_never_asked_sooner_than_it_said() {
        let (reply, waited, _) = run(vec![passing(Some(4))]).await;
        assert!(reply.is_ok());
        assert!(waited >= Duration::from_secs(4) && waited <= Duration::from_secs(5), "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_wait_is_a_quota() {
        let (reply, waited, restarts) = run(vec![passing(Some(3600))]).await;
        assert_eq!(
            reply,
            Err(ModelError::Quota { message: "busy".into(), resets_after: Duration::from_hours(1) })
        );
        assert_eq!((waited, restarts), (Duration::ZERO, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn faults_that_stay_are_not_retried() {
        for fault in
            [ModelError::Key("k".into()), ModelError::Refused("r".into()), ModelError::TooLong("t".into())]
        {
            let (reply, waited, _) = run(vec![fault.clone()]).await;
            assert_eq!((reply, waited), (Err(fault), Duration::ZERO));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn tries_end() {
        let (reply, _, restarts) = run(vec![passing(None); 20]).await;
        assert_eq!(reply, Err(passing(None)));
        assert_eq!(restarts, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn cancelling_ends_a_wait() {
        let model = Retrying::new(Faulty(Mutex::new(vec![passing(Some(5))].into())), RetryPolicy::default());
        let cancel = CancellationToken::new();
        let later = cancel.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            later.cancel();
        });
        let begun = Instant::now();
        let reply = model.turn(&Request::default(), &Restarts::default(), &cancel).await;
        assert_eq!((reply, begun.elapsed()), (Err(ModelError::Cancelled), Duration::from_secs(1)));
    }
}
