//! `flightdeck bridge`: the lines of a socket over standard input and output, so that ssh carries them.

use std::path::Path;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy};

use super::client::connect;
use super::error::LinkError;

/// Pipes both ways until the engine closes or the output is gone. When the input ends, what was asked is still
/// answered.
///
/// # Errors
/// [`LinkError::NoEngine`] when nobody listens at the socket.
pub async fn bridge(
    mut input: impl AsyncRead + Unpin,
    mut output: impl AsyncWrite + Unpin,
    socket: &Path,
) -> Result<(), LinkError> {
    let (mut from_engine, mut to_engine) = connect(socket).await?.into_split();
    let ask = async {
        let copied = copy(&mut input, &mut to_engine).await;
        let ended = to_engine.shutdown().await;
        if copied.is_ok() && ended.is_ok() {
            // The answers to what was asked are still to come; `answer` ends when they have.
            std::future::pending::<()>().await;
        }
    };
    let answer = async {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let count = from_engine.read(&mut buffer).await.unwrap_or(0);
            if count == 0
                || output.write_all(&buffer[..count]).await.is_err()
                || output.flush().await.is_err()
            {
                return;
            }
        }
    };
    tokio::select! {
        () = ask => {}
        () = answer => {}
    }
    Ok(())
}
