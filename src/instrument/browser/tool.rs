//! `browser`: the tool in a tester's hands.

use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::timeout;

use super::answer::{answer, silence};
use super::chrome::Chrome;
use super::step::step;
use super::wanted::{Action, DialogAnswer, Wanted};
use super::world::Dialogs;
use crate::instrument::{Instrument, InstrumentError, Place, Reach, Seen};
use crate::workspace::Access;

/// Beyond what a tester allows, for the looks before and after. A browser that takes longer is ended.
const GRACE: Duration = Duration::from_secs(45);

/// One browser, which is started when it is first needed.
pub struct Browser {
    place: Place,
    running: Mutex<Option<Chrome>>,
}

#[async_trait::async_trait]
impl Instrument for Browser {
    type Wanted = Wanted;

    const NAME: &'static str = "browser";
    const DESCRIPTION: &'static str = "Works the app's pages in a real browser, as a user does. Each action answers with what changed, console errors \
        and failed requests. `read` says what a user sees; a screenshot is for people. Other machines cannot be reached.";
    const ACCESS: Access = Access::Read;
    const REACHES: Reach = Reach::Ports;

    fn new(place: &Place) -> Result<Self, InstrumentError> {
        place.chromium().path()?;
        Ok(Self { place: place.clone(), running: Mutex::new(None) })
    }

    async fn act(&self, wanted: Wanted) -> Result<Seen, InstrumentError> {
        let program = self.place.chromium().path()?;
        let files = wanted.files.iter().map(|file| self.file(file)).collect::<Result<Vec<_>, _>>()?;
        let mut running = self.running.lock().await;
        if wanted.action == Action::Close {
            let was = running.take().map_or(
                "no browser runs; `open` starts one",
                |_| "the browser was closed; its cookies and tabs are gone",
            );
            return Ok(Seen::told(was));
        }
        if !running.as_ref().is_some_and(Chrome::is_usable) {
            let is_another = running.take().is_some();
            let mut chrome = Chrome::start(&self.place, program).await?;
            if is_another {
                let words = "the browser had ended by itself, or after a crash; this is another one, with an empty profile";
                chrome.note = Some(words.to_owned());
            }
            *running = Some(chrome);
        }
        let acted = match running.as_mut() {
            None => None,
            Some(chrome) => {
                begin(chrome, &wanted);
                let acted = async {
                    let done = step(chrome, &wanted, &files).await;
                    answer(chrome, &wanted, done).await
                };
                timeout(wanted.limit() + GRACE, acted).await.ok()
            }
        };
        acted.unwrap_or_else(|| {
            *running = None;
            let words = "the browser gave no answer for too long and was ended; `open` starts another one";
            silence(&wanted, words)
        })
    }
}

impl Browser {
    /// A file of the checkout, which leads nowhere else.
    fn file(&self, name: &str) -> Result<PathBuf, InstrumentError> {
        let no_file = || {
            let instead = "give the path of one in it, as `run` with `ls` lists them";
            InstrumentError::BadRequest(format!("`{name}` is no file of the checkout: {instead}"))
        };
        let path = std::path::Path::new(name);
        let folder = path
            .parent()
            .map(|folder| folder.to_string_lossy().into_owned())
            .filter(|folder| !folder.is_empty());
        let folder = self.place.program("true", folder.as_deref().unwrap_or("."))?;
        let file = folder.directory().join(path.file_name().ok_or_else(no_file)?);
        let is_plain = file.symlink_metadata().is_ok_and(|found| found.is_file());
        if is_plain { Ok(std::path::absolute(&file).unwrap_or(file)) } else { Err(no_file()) }
    }
}

/// A new action begins: with limits of its own, and dialogs answered as the tester wishes.
fn begin(chrome: &Chrome, wanted: &Wanted) {
    let mut world = chrome.world();
    world.begin();
    match (wanted.dialogs, &wanted.dialog_text) {
        (Some(DialogAnswer::Dismiss), _) => world.dialogs = Dialogs::Dismiss,
        (_, Some(text)) => world.dialogs = Dialogs::Type(text.clone()),
        (Some(DialogAnswer::Accept), None) => world.dialogs = Dialogs::Accept,
        (None, None) => {}
    }
}
