//! Standing in line for a server that answers so many requests at a time: beside each other they would only wait there, and
//! time out.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::{Model, ModelError, Request, StreamPiece, StreamSink, Turn};

/// A model behind a line that it shares with every other of its server.
pub struct InLine<M> {
    inner: M,
    line: Arc<Semaphore>,
}

impl<M: Model> InLine<M> {
    /// Wraps a model; the line has a permit for each request that may be under way.
    pub fn new(inner: M, line: Arc<Semaphore>) -> Self {
        Self { inner, line }
    }
}

#[async_trait::async_trait]
impl<M: Model> Model for InLine<M> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn goes_on(&self) -> bool {
        self.inner.goes_on()
    }

    async fn turn(&self, request: &Request, stream: &dyn StreamSink, cancel: &CancellationToken) -> Turn {
        let turn = if let Ok(turn) = self.line.try_acquire() {
            turn
        } else {
            stream.piece(StreamPiece::Queued);
            let turn = tokio::select! {
                biased;
                () = cancel.cancelled() => return Err(ModelError::Cancelled),
                turn = self.line.acquire() => turn,
            };
            stream.piece(StreamPiece::Asked);
            // Nobody closes the line.
            turn.map_err(|_| ModelError::Cancelled)?
        };
        let reply = self.inner.turn(request, stream, cancel).await;
        drop(turn);
        reply
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;
    use crate::agent::model::Reply;

    #[derive(Default)]
    struct Server {
        busy: AtomicUsize,
        most: AtomicUsize,
    }

    struct Slow(Arc<Server>);

    #[async_trait::async_trait]
    impl Model for Slow {
        fn name(&self) -> &'static str {
            "test/slow"
        }

        async fn turn(&self, _: &Request, _: &dyn StreamSink, _: &CancellationToken) -> Turn {
            let busy = self.0.busy.fetch_add(1, Ordering::SeqCst) + 1;
            self.0.most.fetch_max(busy, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_secs(1)).await;
            self.0.busy.fetch_sub(1, Ordering::SeqCst);
            Ok(Reply::default())
        }
    }

    #[derive(Default)]
    struct Told(Mutex<Vec<String>>);

    impl StreamSink for Told {
        fn piece(&self, piece: StreamPiece<'_>) {
            self.0.lock().unwrap().push(format!("{piece:?}"));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn models_of_one_server_are_asked_one_after_the_other_and_who_waits_is_told() {
        let (server, line) = (Arc::new(Server::default()), Arc::new(Semaphore::new(1)));
        let model = || InLine::new(Slow(Arc::clone(&server)), Arc::clone(&line));
        let (models, told, cancel) = ([model(), model(), model()], Told::default(), CancellationToken::new());
        let request = Request::default();
        let turns = models.iter().map(|model| model.turn(&request, &told, &cancel));
        assert!(futures::future::join_all(turns).await.iter().all(Result::is_ok));
        assert_eq!(server.most.load(Ordering::SeqCst), 1);
        assert_eq!(*told.0.lock().unwrap(), ["Queued", "Queued", "Asked", "Asked"]);

        let held = line.acquire().await.unwrap();
        cancel.cancel();
        let turn = models[0].turn(&request, &told, &cancel).await;
        assert_eq!(turn, Err(ModelError::Cancelled), "nobody waits who is to stop");
        drop(held);
        let other = CancellationToken::new();
        let dropped = models[0].turn(&request, &told, &other);
        assert!(tokio::time::timeout(Duration::from_millis(1), dropped).await.is_err());
        assert_eq!(line.available_permits(), 1, "who is interrupted leaves the line");
    }
}
