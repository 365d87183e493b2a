//! The lines a person types, read beside everything else.

use std::io;

use tokio::sync::mpsc;

/// Standard input by the line, from the moment it is needed.
#[derive(Debug, Default)]
pub(super) struct Lines(Option<mpsc::UnboundedReceiver<String>>);

impl Lines {
    /// Begins to read, on a thread of its own that ends with the process.
    pub(super) fn open(&mut self) {
        self.0.get_or_insert_with(|| {
            let (sender, lines) = mpsc::unbounded_channel();
            std::thread::spawn(move || {
                for line in io::stdin().lines() {
                    let Ok(line) = line else { return };
                    if sender.send(line).is_err() {
                        return;
                    }
                }
            });
            lines
        });
    }

    /// The next line; `None` once the input has ended. Before it was opened there is none to wait for.
    pub(super) async fn next(&mut self) -> Option<String> {
        match &mut self.0 {
            Some(lines) => {
                let line = lines.recv().await;
                if line.is_none() {
                    self.0 = None;
                }
                line
            }
            None => std::future::pending().await,
        }
    }
}
