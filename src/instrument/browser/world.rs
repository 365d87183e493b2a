//! What the browser told: its tabs, what they print and ask the network for, dialogs and downloads.
//!
//! It only learns; what must be answered at once, such as a dialog that holds up its page, is given back as commands.

use serde_json::{Value, json};
use tokio::time::Instant;

use super::cdp::{Ask, Event};
use super::tab::Tab;
use super::tail::Tail;

/// More tabs than this are closed as they open.
const MOST_TABS: usize = 10;
/// Dialogs that are answered in one action, before the script that opens them is stopped.
const MOST_DIALOGS: u32 = 10;
/// A page that goes elsewhere more often than this in one action is stopped.
const MOST_MOVES: u32 = 20;
/// Downloads are ended beyond these: how many, and bytes of one.
const MOST_DOWNLOADS: usize = 20;
const MOST_BYTES: f64 = 20.0 * 1024.0 * 1024.0;

/// All that is known of a browser.
#[derive(Debug)]
pub(super) struct World {
    pub tabs: Vec<Tab>,
    /// The number of the tab that is worked.
    pub current: u32,
    /// What dialogs are answered with.
    pub dialogs: Dialogs,
    /// The width and height of a page.
    pub size: (u32, u32),
    /// What happened that nobody asked for, since it was last told.
    pub notes: Tail<20>,
    /// Tabs that we open ourselves, and that are not there yet.
    pub expected: u32,
    /// When a hand last touched a page: what it sets off may begin a while later.
    pub touched: Option<Instant>,
    /// How many events it learned from.
    pub told: u64,
    /// Whether a page crashed, or hung and could not be stopped. Its process may have served others too, and pages that are
    /// opened after it may do the same.
    pub is_spoilt: bool,
    script: &'static str,
    opened: u32,
    asked: u32,
    downloads: Vec<Download>,
}

/// How a dialog is answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Dialogs {
    /// With OK, and what a prompt suggests.
    #[default]
    Accept,
    /// With OK and this text.
    Type(String),
    /// With Cancel.
    Dismiss,
}

#[derive(Debug)]
struct Download {
    guid: String,
    name: String,
    is_over: bool,
}

/// What an event brings: commands to send at once, and the session whose page is gone.
pub(super) type Taken = (Vec<Ask>, Option<String>);

impl World {
    /// An empty one; every page gets the script.
    pub fn new(script: &'static str, size: (u32, u32)) -> Self {
        Self {
            tabs: Vec::new(),
            current: 0,
            dialogs: Dialogs::default(),
            size,
            notes: Tail::default(),
            expected: 0,
            touched: None,
            told: 0,
            is_spoilt: false,
            script,
            opened: 0,
            asked: 0,
            downloads: Vec::new(),
        }
    }

    /// A new action begins, with limits of its own.
    pub fn begin(&mut self) {
        self.asked = 0;
        for tab in &mut self.tabs {
            (tab.moves, tab.leaves) = (0, false);
        }
    }

    /// The tab that is worked.
    pub fn current(&mut self) -> Option<&mut Tab> {
        self.tabs.iter_mut().find(|tab| tab.number == self.current)
    }

    /// Learns.
    pub fn take(&mut self, event: &Event) -> Taken {
        self.told += 1;
        let params = &event.params;
        match &*event.method {
            "Target.attachedToTarget" => return (self.attached(params), None),
            "Target.detachedFromTarget" => return self.detached(word(params, "/sessionId")),
            "Target.targetInfoChanged" => self.moved(&params["targetInfo"]),
            "Target.targetCrashed" => {
                let target = word(params, "/targetId");
                let session =
                    self.tabs.iter().find(|tab| tab.target == target).map(|tab| tab.session.clone());
                return self.crashed(session.unwrap_or_default());
            }
            "Inspector.targetCrashed" => return self.crashed(event.session_id.clone().unwrap_or_default()),
            "Browser.downloadWillBegin" => return (self.download(params), None),
            "Browser.downloadProgress" => return (self.downloaded(params), None),
            _ => {}
        }
        let session = event.session_id.as_deref().unwrap_or_default();
        if event.method == "Page.javascriptDialogOpening" {
            return (self.dialog(session, params), None);
        }
        let Some(tab) = self.tabs.iter_mut().find(|tab| tab.session == session) else {
            return Taken::default();
        };
        tab.take(event);
        if tab.moves <= MOST_MOVES || event.method != "Page.frameNavigated" {
            return Taken::default();
        }
        let is_first = tab.moves == MOST_MOVES + 1;
        let mut asks = vec![Ask::tell(session, "Page.stopLoading", json!({}))];
        if is_first {
            self.notes.push(&format!(
                "the page went elsewhere more than {MOST_MOVES} times by itself: its scripts were stopped"
            ));
            asks.push(Ask::tell(session, "Emulation.setScriptExecutionDisabled", json!({ "value": true })));
        }
        (asks, None)
    }

    fn attached(&mut self, params: &Value) -> Vec<Ask> {
        let (session, info) = (word(params, "/sessionId"), &params["targetInfo"]);
        let mut asks = Vec::new();
        let goes_on = Ask::tell(&session, "Runtime.runIfWaitingForDebugger", json!({}));
        let is_page = info["type"] == "page";
        let is_expected = is_page && self.expected > 0;
        self.expected -= u32::from(is_expected);
        if is_page && !is_expected && self.tabs.len() >= MOST_TABS {
            let url = word(info, "/url");
            self.notes.push(&format!("a window more than {MOST_TABS} was closed as it opened {url}"));
            // While it waits, so does the page that opened it: they share a thread.
            asks.push(goes_on);
            asks.push(Ask::tell("", "Target.closeTarget", json!({ "targetId": info["targetId"] })));
            return asks;
        } else if is_page {
            self.opened += 1;
            let tab = Tab::new(self.opened, word(info, "/targetId"), session.clone(), word(info, "/url"));
            if self.current().is_none() {
                self.current = tab.number;
            } else {
                self.notes.push(&format!("tab {} opened; `tab` switches to it", tab.number));
            }
            self.tabs.push(tab);
            asks.extend(self.prepared(&session));
        }
        asks.push(goes_on);
        asks
    }

    /// What a page is told before its first script runs.
    fn prepared(&self, session: &str) -> Vec<Ask> {
        let script =
            json!({ "source": self.script, "worldName": super::frame::WORLD, "runImmediately": true });
        let told = [
            ("Page.enable", json!({})),
            ("Runtime.enable", json!({})),
            ("Network.enable", json!({ "maxTotalBufferSize": 1_000_000, "maxResourceBufferSize": 500_000 })),
            ("Log.enable", json!({})),
            ("Inspector.enable", json!({})),
            ("Page.setInterceptFileChooserDialog", json!({ "enabled": true })),
            ("Page.addScriptToEvaluateOnNewDocument", script),
            ("Emulation.setFocusEmulationEnabled", json!({ "enabled": true })),
            ("Emulation.setDeviceMetricsOverride", metrics(self.size)),
        ];
        told.map(|(method, params)| Ask::tell(session, method, params)).into()
    }

    fn detached(&mut self, session: String) -> Taken {
        let target = self.tabs.iter().find(|tab| tab.session == session).map(|tab| tab.target.clone());
        self.forget(&target.unwrap_or_default());
        (Vec::new(), Some(session))
    }

    /// A tab is there no more; the newest one is worked in its place.
    pub fn forget(&mut self, target: &str) {
        self.tabs.retain(|tab| tab.target != target);
        if self.current().is_none() {
            self.current = self.tabs.last().map_or(0, |tab| tab.number);
        }
    }

    /// A tab is elsewhere.
    pub fn moved(&mut self, info: &Value) {
        if let Some(tab) = self.tabs.iter_mut().find(|tab| info["targetId"] == *tab.target) {
            tab.title = word(info, "/title");
            tab.url = word(info, "/url");
        }
    }

    fn crashed(&mut self, session: String) -> Taken {
        if let Some(tab) = self.tabs.iter_mut().find(|tab| tab.session == session) {
            tab.crash();
            self.is_spoilt = true;
        }
        (Vec::new(), Some(session))
    }

    fn dialog(&mut self, session: &str, params: &Value) -> Vec<Ask> {
        self.asked += 1;
        let (kind, message) = (word(params, "/type"), word(params, "/message"));
        let (accept, text) = match (&self.dialogs, &*kind) {
            // A person who goes elsewhere means it, and an alert has one button.
            (_, "beforeunload" | "alert") => (true, None),
            (Dialogs::Dismiss, _) => (false, None),
            (Dialogs::Accept, _) => (true, params["defaultPrompt"].as_str().map(str::to_owned)),
            (Dialogs::Type(text), _) => (true, Some(text.clone())),
        };
        let answer = if accept { "OK" } else { "Cancel" };
        let typed = text.as_deref().filter(|_| kind == "prompt").map(|text| format!(" with {text:?}"));
        let typed = typed.unwrap_or_default();
        self.notes.push(&format!("{kind} dialog {message:?} was answered with {answer}{typed}"));
        let params = json!({ "accept": accept, "promptText": text.unwrap_or_default() });
        let mut asks = vec![Ask::tell(session, "Page.handleJavaScriptDialog", params)];
        if self.asked == MOST_DIALOGS {
            self.notes.push(&format!(
                "{MOST_DIALOGS} dialogs in one action: the script that opens them was stopped"
            ));
        }
        if self.asked >= MOST_DIALOGS {
            asks.push(Ask::tell(session, "Runtime.terminateExecution", json!({})));
        }
        asks
    }

    fn download(&mut self, params: &Value) -> Vec<Ask> {
        let (guid, name) = (word(params, "/guid"), word(params, "/suggestedFilename"));
        if self.downloads.len() >= MOST_DOWNLOADS {
            self.notes.push(&format!("a download more than {MOST_DOWNLOADS} was not taken"));
            return vec![Ask::tell("", "Browser.cancelDownload", json!({ "guid": guid }))];
        }
        self.notes.push(&format!("a download of {name:?} began"));
        self.downloads.push(Download { guid, name, is_over: false });
        Vec::new()
    }

    fn downloaded(&mut self, params: &Value) -> Vec<Ask> {
        let guid = word(params, "/guid");
        let bytes = params["receivedBytes"].as_f64().unwrap_or_default();
        let Some(download) = self.downloads.iter_mut().find(|one| one.guid == guid && !one.is_over) else {
            return Vec::new();
        };
        let Download { name, is_over, .. } = download;
        match params["state"].as_str() {
            Some("completed") => {
                self.notes.push(&format!(
                    "{name:?} was downloaded: {bytes} bytes, kept as {guid} in the downloads"
                ));
                *is_over = true;
            }
            Some("canceled") => {
                self.notes.push(&format!("the download of {name:?} was broken off"));
                *is_over = true;
            }
            _ if bytes > MOST_BYTES => {
                self.notes
                    .push(&format!("the download of {name:?} was ended: it is more than {MOST_BYTES} bytes"));
                *is_over = true;
                return vec![Ask::tell("", "Browser.cancelDownload", json!({ "guid": guid }))];
            }
            _ => {}
        }
        Vec::new()
    }
}

/// What makes a page so large.
pub(super) fn metrics((width, height): (u32, u32)) -> Value {
    json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false })
}

/// A text at a place in what was told; empty where there is none.
pub(super) fn word(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}
