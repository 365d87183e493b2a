//! Whether the browser that was found also works: it is started once before anything is planned on it.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::Chromium;
#[cfg(feature = "browser")]
use super::chrome::Chrome;
use crate::instrument::Place;

/// How long a browser that did not start is not tried again.
const REST: Duration = Duration::from_mins(2);

/// The browser of this machine, which is counted on only once it has started here.
#[derive(Debug)]
pub struct BrowserProbe {
    found: Chromium,
    tried: Mutex<Option<Tried>>,
}

/// What became of a start.
#[derive(Debug)]
struct Tried {
    at: Instant,
    found: Chromium,
    outcome: Started,
}

/// A browser that was started once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// The browser, or why no page can be worked here.
    pub chromium: Chromium,
    /// Where it is, its version, and how it runs; empty where it does not.
    pub words: String,
}

impl BrowserProbe {
    /// A browser that has not been tried yet.
    pub fn new(found: Chromium) -> Self {
        Self { found, tried: Mutex::default() }
    }

    /// What was found, untried.
    pub fn found(&self) -> &Chromium {
        &self.found
    }

    /// The browser, if it starts in this place. One that did is believed from then on; one that did not is tried again
    /// after a while, and looked for again at once: the person may have mended it.
    pub async fn started(&self, place: &Place) -> Started {
        let mut tried = self.tried.lock().await;
        let found = self.found.again();
        let known = tried.as_ref().filter(|tried| {
            tried.found == found && (tried.outcome.chromium.missing().is_none() || tried.at.elapsed() < REST)
        });
        if let Some(known) = known {
            return known.outcome.clone();
        }
        let outcome = try_once(found.clone(), place).await;
        *tried = Some(Tried { at: Instant::now(), found, outcome: outcome.clone() });
        outcome
    }
}

#[cfg(feature = "browser")]
async fn try_once(found: Chromium, place: &Place) -> Started {
    let Ok(path) = found.path() else { return Started { chromium: found, words: String::new() } };
    match Chrome::prove(place, path).await {
        Ok(how) => Started { words: format!("{}, {how}", path.display()), chromium: found },
        Err(why) => {
            let words =
                format!("{} is no use: {}; {}", path.display(), why.trim_end_matches('.'), mend(&why));
            Started { chromium: found.but(words), words: String::new() }
        }
    }
}

/// Without what drives it none is ever found.
#[cfg(not(feature = "browser"))]
async fn try_once(found: Chromium, _place: &Place) -> Started {
    std::future::ready(Started { chromium: found, words: String::new() }).await
}

/// What to do about it.
#[cfg(feature = "browser")]
fn mend(why: &str) -> &'static str {
    if why.contains("shared libraries") {
        "install what it lacks (a browser of the system's own package brings it along; `ldd` lists it), or set `browser` in \
         your config.toml to another one"
    } else {
        "start it by hand to see why, or set `browser` in your config.toml to another one"
    }
}
