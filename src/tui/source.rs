//! Where the console's mission comes from. A link to an engine, a recording and a test are all a [`Source`], so the
//! console cannot tell them apart.

use std::future::Future;

use tokio::sync::mpsc::Receiver;

use crate::link::protocol::{Call, Notice, Reply};

/// A mission to look at.
pub trait Source: Send + Sync + 'static {
    /// Asks something and waits for the answer.
    fn call(&self, call: Call) -> impl Future<Output = Result<Reply, SourceError>> + Send;

    /// Everything that comes without being asked for, in order. Called once, before the first call; when it ends,
    /// the source is gone for good.
    fn listen(&self) -> Receiver<SourceEvent>;
}

/// What a source sends without being asked.
#[derive(Debug, Clone, PartialEq)]
pub enum SourceEvent {
    Notice(Box<Notice>),
    /// The engine cannot be reached; the source keeps trying by itself.
    Lost {
        sentence: String,
    },
    /// It can again: the console attaches anew.
    Back,
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The mission refused it; the sentence says what to change.
    #[error("{0}")]
    Refused(String),
    /// The engine did not answer.
    #[error("the engine cannot be reached: {0}")]
    Lost(String),
    /// A recording cannot do that.
    #[error("this is a recording: {0} needs a live mission")]
    Recorded(&'static str),
    /// The engine speaks another protocol; the sentence says what ends it.
    #[error("{0}")]
    Protocol(String),
}
