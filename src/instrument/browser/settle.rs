//! Waiting: until a page has settled, or until it shows something.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::chrome::{Chrome, Page};
use super::fault::Fault;
use super::tab::TabState;

/// Between two looks at a page.
const BEAT: Duration = Duration::from_millis(60);
/// A page has settled once nothing of it has changed for so long, in milliseconds, and it waits for no answer.
const QUIET: f64 = 300.0;
/// A page that gives no sign for so long is stopped.
const SIGN: Duration = Duration::from_secs(3);

/// How often it is asked for a sign again while it still prints.
const PRINTED: u32 = 8;

/// Whether a page has settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rest {
    Settled,
    /// Why it is not settled.
    Moving(String),
}

impl Chrome {
    /// Waits until the page is loaded, waits for no answer and has not changed for a moment.
    pub async fn settle(&self, page: &Page, limit: Duration) -> Result<Rest, Fault> {
        let deadline = Instant::now() + limit;
        // What an action sets off begins a moment later.
        sleep(BEAT).await;
        loop {
            let why = match self.state(page).await {
                Ok(None) => return Ok(Rest::Settled),
                Ok(Some(why)) => why,
                // The page is just being replaced.
                Err(Fault::Refused(_)) => "it is being loaded".to_owned(),
                Err(fault) => return Err(fault),
            };
            if Instant::now() >= deadline {
                return Ok(Rest::Moving(format!("after {} s {why}", limit.as_secs())));
            }
            sleep(BEAT).await;
        }
    }

    /// Why a page has not settled; nothing when it has.
    async fn state(&self, page: &Page) -> Result<Option<String>, Fault> {
        let frame = self.main_frame(page).await?;
        let told = self.ask(page, &frame, "__flightdeck.quiet()").await?;
        let mut world = self.world();
        #[expect(clippy::cast_precision_loss, reason = "milliseconds since an action")]
        let since = world.touched.map_or(f64::MAX, |touched| touched.elapsed().as_millis() as f64);
        let leaves = world.current().is_some_and(|tab| tab.leaves);
        let pending = world.current().map(|tab| {
            let pending = tab.pending();
            (pending.len(), pending.first().copied().unwrap_or_default().to_owned())
        });
        let quiet = told["quiet"].as_f64().unwrap_or(f64::MAX).min(since);
        Ok(match pending {
            Some((count @ 1.., first)) => {
                let more = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
                Some(format!("it still waits for {first}{more}"))
            }
            _ if leaves || told["ready"] != true => Some("it is still loading".to_owned()),
            _ if quiet < QUIET => Some("it still changes".to_owned()),
            _ => None,
        })
    }

    /// Waits until a text is on the page, or is not.
    pub async fn wait_for(
        &self,
        page: &Page,
        text: &str,
        wanted: Wanted,
        limit: Duration,
    ) -> Result<(), Fault> {
        let deadline = Instant::now() + limit;
        let expression = format!("__flightdeck.has({})", json!(text));
        loop {
            if self.is_shown(page, &expression).await? == (wanted == Wanted::Shown) {
                return Ok(());
            }
            if Instant::now() >= deadline {
                let verb = if wanted == Wanted::Shown { "did not appear" } else { "is still there" };
                return Err(Fault::NotDone(format!("{text:?} {verb} after {} s", limit.as_secs())));
            }
            sleep(BEAT * 2).await;
        }
    }

    async fn is_shown(&self, page: &Page, expression: &str) -> Result<bool, Fault> {
        let tree = self.call(page, "Page.getFrameTree", json!({})).await?;
        for id in frames(&tree["frameTree"]) {
            let found = async {
                let frame = self.frame(page, &id).await?;
                self.ask(page, &frame, expression).await
            };
            match found.await {
                Ok(Value::Bool(true)) => return Ok(true),
                // A frame that is just being replaced shows nothing.
                Ok(_) | Err(Fault::Refused(_)) => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(false)
    }

    /// Brings a page that gives no sign back to life, or closes its tab. Says what was done.
    pub async fn revive(&self, page: &Page) -> String {
        let asked = json!({ "expression": "1" });
        let sign = || self.cdp.call(&page.session, "Runtime.evaluate", asked.clone(), SIGN);
        if sign().await.is_ok() {
            return "the page was busy for too long, and answers again".to_owned();
        }
        if self.is_crashed(page) {
            return CRASHED.to_owned();
        }
        self.cdp.tell(&page.session, "Runtime.terminateExecution", json!({}));
        // A page that printed without end is heard out first.
        for _ in 0..PRINTED {
            let told = self.world().told;
            if sign().await.is_ok() {
                return "the page hung: a script of it ran without end, and was stopped. What it should have done is not done"
                    .to_owned();
            }
            if self.world().told < told + 100 {
                break;
            }
        }
        self.close(&page.target).await;
        // Its process may run on, and would be that of the next page of the same site.
        self.world().is_spoilt = true;
        "the page hung and could not be stopped, so its tab was closed; `open` starts another browser, with an empty profile"
            .to_owned()
    }

    fn is_crashed(&self, page: &Page) -> bool {
        let world = self.world();
        world.tabs.iter().any(|tab| tab.number == page.number && tab.state == TabState::Crashed)
    }
}

/// What is said of a page whose process ended.
pub(super) const CRASHED: &str = "the page crashed: its process ended, or ran out of memory; `open` starts another browser, with an empty profile";

/// What a text is waited for to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Shown,
    Gone,
}

/// The ids of all frames of a tree, the outer ones first.
fn frames(tree: &Value) -> Vec<String> {
    let own = tree["frame"]["id"].as_str().map(str::to_owned);
    let inner = tree["childFrames"].as_array().into_iter().flatten().flat_map(frames);
    own.into_iter().chain(inner).take(20).collect()
}
