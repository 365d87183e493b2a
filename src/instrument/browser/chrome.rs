//! A running Chromium with a profile of its own. It ends, and its profile goes, when this is dropped.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::cdp::Cdp;
use super::fault::Fault;
use super::frame::{Refs, SCRIPT};
use super::profile::Profile;
use super::starting::{Sandbox, failed, last_words, listening};
use super::tab::TabState;
use super::world::{World, word};
use crate::instrument::{InstrumentError, Place};
use crate::workspace::process::Background;
use crate::workspace::sandbox::Mirror;

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
    sandbox: Sandbox,
    /// The way to it.
    _mirror: Mirror,
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
        let sandbox = if root { Sandbox::NoneForRoot } else { Sandbox::Own };
        match Self::start_as(place, program, sandbox).await {
            Err(InstrumentError::NotStarted { why })
                if sandbox == Sandbox::Own && why.to_lowercase().contains("sandbox") =>
            {
                let mut chrome = Self::start_as(place, program, Sandbox::Refused).await?;
                chrome.note = Sandbox::Refused.words().map(|words| format!("the browser runs {words}"));
                Ok(chrome)
            }
            other => other,
        }
    }

    /// Starts one, has a page of it answer, and ends it; gives what it calls itself and how it runs.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub async fn prove(place: &Place, program: &Path) -> Result<String, String> {
        let chrome = Self::start(place, program).await.map_err(|error| match error {
            InstrumentError::NotStarted { why } => format!("it did not start: {why}"),
            other => other.to_string(),
        })?;
        let answered = async {
            let about = chrome.browser("Browser.getVersion", json!({})).await?;
            chrome.call(&chrome.page()?, "Runtime.evaluate", json!({ "expression": "1" })).await?;
            let product = word(&about, "/product");
            Ok(format!("version {}", product.rsplit('/').next().unwrap_or_default()))
        };
        let version = answered.await.map_err(|fault: Fault| match fault {
            Fault::Crashed => "its pages crash".to_owned(),
            Fault::Silent => "its pages give no answer".to_owned(),
            other => format!("it is of no use: {other:?}"),
        })?;
        Ok([Some(version.as_str()), chrome.sandbox.words()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", "))
    }

    async fn start_as(place: &Place, program: &Path, sandbox: Sandbox) -> Result<Self, InstrumentError> {
        let jailed = place.program("true", ".")?;
        let profiles = jailed.temporary().map_or(place.scratch(), Path::new);
        let profile = Profile::make(profiles, place.scratch())?;
        let data = format!("--user-data-dir={}", profile.dir().display());
        let words = [program.to_string_lossy().as_ref(), &data, HOSTS].map(quoted).join(" ");
        let line = format!("exec {words} {FLAGS} {} about:blank", sandbox.flag());
        let home = profile.dir().display().to_string();
        let homes = ["HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"];
        let program = place.program(&line, ".")?.nesting();
        // Its sockets are in there, and the path of a socket has room for 107 bytes.
        let temporary = ("TMPDIR", program.temporary().unwrap_or("/tmp").to_owned());
        let on = program.loopback();
        let started = program.envs(homes.map(|name| (name, home.clone())).into_iter().chain([temporary]));
        let program = started.spawn_background(profile.log())?;
        let listening = listening(profile.dir(), &program).await?;
        let mirror = on.mirror(listening.port).await.map_err(|error| failed(&error.to_string()))?;
        let address = format!("ws://127.0.0.1:{}{}", mirror.port, listening.path);
        let world = Arc::new(Mutex::new(World::new(SCRIPT, SIZE)));
        let cdp =
            Cdp::connect(&address, Arc::clone(&world)).await.map_err(|error| failed(&error.to_string()))?;
        let shown = (0, Vec::new());
        let chrome = Self {
            cdp,
            world,
            refs: Refs::default(),
            shown,
            program,
            profile,
            note: None,
            sandbox,
            _mirror: mirror,
        };
        chrome.prepare().await.map_err(|fault| match fault {
            Fault::Gone => failed(&format!("it ended at once: {}", last_words(&chrome.program))),
            Fault::Silent => failed("it gave no answer"),
            other => failed(&format!("{other:?}")),
        })?;
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
        self.program.is_running() && self.cdp.is_open() && !self.world().is_spoilt
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

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}
