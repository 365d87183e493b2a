//! A running Chromium with a profile of its own. It ends, and its profile goes, when this is dropped.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::cdp::Cdp;
use super::fault::Fault;
use super::frame::{Refs, SCRIPT};
use super::tab::TabState;
use super::world::World;
use crate::instrument::{InstrumentError, Place};
use crate::workspace::process::Background;

/// How long it may take until it listens.
const START: Duration = Duration::from_secs(30);
/// How long a command to the browser itself, or a small one to a page, may take.
pub(super) const BRIEF: Duration = Duration::from_secs(5);
/// The width and height of a page, unless the tester wants others.
pub(super) const SIZE: (u32, u32) = (1280, 800);

/// What it is started with. Nothing asks anything of another machine, frames share the process of their page, and the
/// browser tells roles and names of elements as its accessibility tree has them.
const FLAGS: &str = "--headless=new --remote-debugging-port=0 --no-first-run --no-default-browser-check --disable-gpu \
    --disable-dev-shm-usage --disable-background-networking --disable-component-update --disable-sync --disable-quic \
    --disable-extensions --disable-default-apps --disable-breakpad --disable-crash-reporter --disable-client-side-phishing-detection \
    --disable-background-timer-throttling --disable-backgrounding-occluded-windows --disable-renderer-backgrounding \
    --disable-popup-blocking --mute-audio --hide-scrollbars --password-store=basic --use-mock-keychain --no-proxy-server --lang=en-US \
    --force-color-profile=srgb --window-size=1280,800 --disable-site-isolation-trials \
    --disable-features=IsolateOrigins,site-per-process,Translate,MediaRouter,OptimizationHints,BackForwardCache,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable \
    --enable-blink-features=ComputedAccessibilityInfo --js-flags=--max-old-space-size=1024";

/// Names of this machine; every other one is not found.
const HOSTS: &str = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.*, \
    EXCLUDE [::1], EXCLUDE ::1, EXCLUDE 0.0.0.0";

/// A running browser.
pub(super) struct Chrome {
    pub cdp: Cdp,
    world: Arc<Mutex<World>>,
    /// The elements that a tester was told of.
    pub refs: Refs,
    /// The tree that a tester was shown last, and of which tab.
    pub shown: (u32, Vec<String>),
    program: Background,
    profile: Profile,
    /// What a tester should know of how it runs.
    pub note: Option<String>,
}

/// A tab to which commands are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    pub number: u32,
    pub session: String,
    pub target: String,
}

impl Chrome {
    /// Starts one.
    pub async fn start(place: &Place, program: &Path) -> Result<Self, InstrumentError> {
        let root = nix::unistd::geteuid().is_root();
        match Self::start_as(place, program, if root { "--no-sandbox" } else { "" }).await {
            Err(InstrumentError::BadRequest(why)) if !root && why.to_lowercase().contains("sandbox") => {
                let mut chrome = Self::start_as(place, program, "--no-sandbox").await?;
                chrome.note = Some(
                    "the browser runs without its own sandbox, which this machine does not allow".to_owned(),
                );
                Ok(chrome)
            }
            other => other,
        }
    }

    async fn start_as(place: &Place, program: &Path, sandbox: &str) -> Result<Self, InstrumentError> {
        let profile = Profile::make(place.scratch())?;
        let data = format!("--user-data-dir={}", profile.0.display());
        let words = [program.to_string_lossy().as_ref(), &data, HOSTS].map(quoted).join(" ");
        let line = format!("exec {words} {FLAGS} {sandbox} about:blank");
        let home = profile.0.display().to_string();
        let homes = ["HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"];
        // Its sockets are in there, and the path of a socket has room for 107 bytes.
        let temporary = ("TMPDIR", "/tmp".to_owned());
        let started = place
            .program(&line, ".")?
            .envs(homes.map(|name| (name, home.clone())).into_iter().chain([temporary]));
        let program = started.spawn_background(&profile.0.join("browser.log"))?;
        let address = listening(&profile.0, &program).await?;
        let world = Arc::new(Mutex::new(World::new(SCRIPT, SIZE)));
        let cdp =
            Cdp::connect(&address, Arc::clone(&world)).await.map_err(|error| failed(&error.to_string()))?;
        let shown = (0, Vec::new());
        let chrome = Self { cdp, world, refs: Refs::default(), shown, program, profile, note: None };
        chrome.prepare().await.map_err(|fault| failed(&format!("{fault:?}")))?;
        Ok(chrome)
    }

    async fn prepare(&self) -> Result<(), Fault> {
        let downloads = json!({ "behavior": "allowAndName", "downloadPath": self.profile.downloads(), "eventsEnabled": true });
        let attach = json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true });
        self.browser("Target.setDiscoverTargets", json!({ "discover": true })).await?;
        self.browser("Target.setAutoAttach", attach).await?;
        self.browser("Browser.setDownloadBehavior", downloads).await?;
        let deadline = Instant::now() + BRIEF;
        while self.world().current().is_none() {
            if Instant::now() > deadline {
                return Err(Fault::Silent);
            }
            sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// What is known of it. Nothing may be awaited while it is held.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it still runs, answers, and can be relied on.
    pub fn is_usable(&self) -> bool {
        self.program.is_running() && self.cdp.is_open() && !self.world().has_crashed
    }

    /// Where downloads are kept.
    pub fn downloads(&self) -> PathBuf {
        self.profile.downloads()
    }

    /// The tab that is worked.
    pub fn page(&self) -> Result<Page, Fault> {
        let mut world = self.world();
        let none = "no tab is open: `open` opens one";
        let tab = world.current().ok_or_else(|| Fault::Mistake(none.to_owned()))?;
        if tab.state == TabState::Crashed {
            return Err(Fault::Crashed);
        }
        Ok(Page { number: tab.number, session: tab.session.clone(), target: tab.target.clone() })
    }

    /// A command to the browser itself.
    pub async fn browser(&self, method: &'static str, params: Value) -> Result<Value, Fault> {
        self.cdp.call("", method, params, BRIEF).await
    }

    /// A command to a page.
    pub async fn call(&self, page: &Page, method: &'static str, params: Value) -> Result<Value, Fault> {
        self.cdp.call(&page.session, method, params, BRIEF).await
    }

    /// A new empty tab, which is worked from now on.
    pub async fn new_tab(&self) -> Result<Page, Fault> {
        self.world().expected += 1;
        let made = self.browser("Target.createTarget", json!({ "url": "about:blank" })).await?;
        let deadline = Instant::now() + BRIEF;
        loop {
            {
                let mut world = self.world();
                let found =
                    world.tabs.iter().find(|tab| made["targetId"] == *tab.target).map(|tab| tab.number);
                if let Some(number) = found {
                    world.current = number;
                    world.notes.take();
                }
            }
            match self.page() {
                Ok(page) if made["targetId"] == *page.target => return Ok(page),
                _ if Instant::now() > deadline => return Err(Fault::Silent),
                _ => sleep(Duration::from_millis(10)).await,
            }
        }
    }

    /// Closes a tab, also one whose page answers nothing any more.
    pub async fn close(&self, target: &str) {
        drop(self.browser("Target.closeTarget", json!({ "targetId": target })).await);
        // The world learns of it by an event.
        let deadline = Instant::now() + BRIEF;
        while self.world().tabs.iter().any(|tab| tab.target == target) && Instant::now() < deadline {
            sleep(Duration::from_millis(10)).await;
        }
        self.world().forget(target);
    }
}

/// The folder of one browser: its profile, what it downloaded, what it printed.
struct Profile(PathBuf);

impl Profile {
    fn make(scratch: &Path) -> Result<Self, InstrumentError> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let own = format!("browser-{}-", std::process::id());
        for left in fs::read_dir(scratch).into_iter().flatten().flatten() {
            let name = left.file_name().to_string_lossy().into_owned();
            // What an engine before this one left when it was killed.
            if name.starts_with("browser-") && !name.starts_with(&own) {
                drop(fs::remove_dir_all(left.path()));
            }
        }
        let dir = scratch.join(format!("{own}{}", MADE.fetch_add(1, Ordering::Relaxed)));
        drop(fs::remove_dir_all(&dir));
        let profile = Self(dir);
        fs::create_dir_all(profile.downloads())
            .map_err(|error| failed(&format!("its profile cannot be made: {error}")))?;
        Ok(profile)
    }

    fn downloads(&self) -> PathBuf {
        self.0.join("downloads")
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        // The browser was killed a moment ago; until its last process is gone files may still appear.
        for _ in 0..50 {
            if fs::remove_dir_all(&self.0).is_ok() || !self.0.exists() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        tracing::debug!(dir = %self.0.display(), "a browser's profile stays until the next one is made");
    }
}

/// Where the browser listens, which it writes down once it does.
async fn listening(profile: &Path, program: &Background) -> Result<String, InstrumentError> {
    let deadline = Instant::now() + START;
    loop {
        let told = fs::read_to_string(profile.join("DevToolsActivePort")).unwrap_or_default();
        if let Some((port, path)) = told.trim_end().split_once('\n') {
            return Ok(format!("ws://127.0.0.1:{port}{path}"));
        }
        let printed = || program.tail(1_000).unwrap_or_default();
        if let Some(exit) = program.exit() {
            return Err(failed(&format!("it ended ({exit}): {}", printed().trim())));
        }
        if Instant::now() > deadline {
            return Err(failed(&format!(
                "it did not listen within {} s: {}",
                START.as_secs(),
                printed().trim()
            )));
        }
        sleep(Duration::from_millis(15)).await;
    }
}

fn failed(why: &str) -> InstrumentError {
    InstrumentError::BadRequest(format!("blocked: the browser did not start: {why}"))
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}
