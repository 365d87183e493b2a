//! What a person may change while the console runs: its colours and its keys. They are looked at when they change;
//! when one cannot be read, the last good one stays.

use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::mpsc::Sender;

use super::keymap::Keymap;
use super::msg::Msg;
use super::styles::Styles;

/// Colours and keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appearance {
    /// The theme's name.
    pub theme: String,
    pub styles: Styles,
    pub keymap: Keymap,
}

/// Where colours and keys come from.
pub trait AppearanceSource: Send + Sync {
    /// Reads them.
    ///
    /// # Errors
    /// What is wrong, with its file and line.
    fn appearance(&self) -> Result<Appearance, String>;

    /// Begins to watch; what it gives is over when they may have changed since.
    fn change(&self) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// Sends the console its appearance whenever that has changed or can no longer be read.
pub fn watch(sender: Sender<Msg>, source: Arc<dyn AppearanceSource>, shown: Appearance) {
    tokio::spawn(async move {
        let mut known = Ok(shown);
        let mut change = source.change();
        loop {
            change.await;
            // The next watch begins before they are read, so that no change falls between the two.
            change = source.change();
            let asked = Arc::clone(&source);
            let Ok(read) = tokio::task::spawn_blocking(move || asked.appearance()).await else { return };
            if read == known {
                continue;
            }
            known.clone_from(&read);
            if sender.send(Msg::AppearanceChanged(read.map(Box::new))).await.is_err() {
                return;
            }
        }
    });
}
