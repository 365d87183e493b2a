//! What a person may change while the console runs: its colours and its keys. They are looked at again and again; of
//! what cannot be read the last good one is worn on.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Sender;

use super::keymap::Keymap;
use super::msg::Msg;
use super::styles::Styles;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Colours and keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dress {
    /// The theme's name.
    pub theme: String,
    pub styles: Styles,
    pub keymap: Keymap,
}

/// Where colours and keys come from.
pub trait Wardrobe: Send + Sync {
    /// Reads them.
    ///
    /// # Errors
    /// What is wrong, with its file and line.
    fn dress(&self) -> Result<Dress, String>;
}

/// Tells the console whenever its dress is another one, or can no longer be read.
pub fn watch(sender: Sender<Msg>, wardrobe: Arc<dyn Wardrobe>, worn: Dress) {
    tokio::spawn(async move {
        let mut known = Ok(worn);
        loop {
            tokio::time::sleep(LOOK).await;
            let asked = Arc::clone(&wardrobe);
            let Ok(read) = tokio::task::spawn_blocking(move || asked.dress()).await else { return };
            if read == known {
                continue;
            }
            known.clone_from(&read);
            if sender.send(Msg::Dressed(read.map(Box::new))).await.is_err() {
                return;
            }
        }
    });
}
