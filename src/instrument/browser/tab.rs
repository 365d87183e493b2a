//! One tab: where it is, what its page printed, and what it asked the network for.

use std::collections::BTreeMap;

use serde_json::Value;

use super::cdp::Event;
use super::tail::Tail;
use super::world::word;

/// Requests that are followed at a time; a page that sends more is not waited for.
const MOST_REQUESTS: usize = 2_000;

/// One tab.
#[derive(Debug)]
pub(super) struct Tab {
    /// How a tester names it.
    pub number: u32,
    pub target: String,
    pub session: String,
    pub url: String,
    pub title: String,
    pub state: TabState,
    /// How often its page went elsewhere in this action.
    pub moves: u32,
    /// Whether its page is about to go elsewhere: asked for, and neither there nor given up yet.
    pub leaves: bool,
    /// The element of a file chooser that the page opened.
    pub chooser: Option<i64>,
    /// What was printed, and asked for, since the log was last read.
    pub console: Tail<100>,
    pub network: Tail<100>,
    /// Errors that were printed, and requests that failed, since the last action.
    pub errors: Tail<15>,
    pub failed: Tail<15>,
    /// Requests without an answer yet: of what, by whom.
    open: BTreeMap<String, Request>,
}

/// Whether a tab has a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TabState {
    Alive,
    /// Its process ended.
    Crashed,
}

#[derive(Debug)]
struct Request {
    line: String,
    loader: String,
    status: Option<i64>,
    /// One that stays open on purpose, such as a stream of events, is not waited for.
    is_awaited: bool,
}

impl Tab {
    /// A tab that has just opened.
    pub fn new(number: u32, target: String, session: String, url: String) -> Self {
        Self {
            number,
            target,
            session,
            url,
            title: String::new(),
            state: TabState::Alive,
            moves: 0,
            leaves: false,
            chooser: None,
            console: Tail::default(),
            network: Tail::default(),
            errors: Tail::default(),
            failed: Tail::default(),
            open: BTreeMap::new(),
        }
    }

    /// Its process has ended.
    pub fn crash(&mut self) {
        self.state = TabState::Crashed;
        self.open.clear();
    }

    /// The requests that an end is waited for.
    pub fn pending(&self) -> Vec<&str> {
        self.open.values().filter(|request| request.is_awaited).map(|request| request.line.as_str()).collect()
    }

    /// Learns what its page did.
    pub fn take(&mut self, event: &Event) {
        let params = &event.params;
        if self.is_of_page(params) {
            self.leaves = leaves(&event.method).unwrap_or(self.leaves);
        }
        match &*event.method {
            "Runtime.consoleAPICalled" => {
                let words: Vec<String> = params["args"].as_array().into_iter().flatten().map(said).collect();
                self.print(&word(params, "/type"), &words.join(" "));
            }
            "Runtime.exceptionThrown" => {
                let details = &params["exceptionDetails"];
                let thrown = word(details, "/exception/description");
                let text = if thrown.is_empty() { word(details, "/text") } else { thrown };
                self.print(
                    "error",
                    &format!("uncaught {}", text.lines().take(3).collect::<Vec<_>>().join(" ")),
                );
            }
            // What the network log tells is not told twice.
            "Log.entryAdded"
                if params["entry"]["source"] != "network" && params["entry"]["level"] != "verbose" =>
            {
                self.print(&word(params, "/entry/level"), &word(params, "/entry/text"));
            }
            "Page.frameNavigated" if params["frame"]["parentId"].is_null() => {
                self.moves += 1;
                self.leaves = false;
                self.chooser = None;
                self.url = word(params, "/frame/url");
                let loader = word(params, "/frame/loaderId");
                self.open.retain(|_, request| request.loader == loader);
            }
            "Page.fileChooserOpened" => self.chooser = params["backendNodeId"].as_i64(),
            "Network.requestWillBeSent" => self.request(params),
            "Network.responseReceived" => {
                if let Some(request) = self.open.get_mut(&word(params, "/requestId")) {
                    request.status = params["response"]["status"].as_i64();
                }
            }
            "Network.loadingFinished" => self.finish(&word(params, "/requestId"), None),
            "Network.loadingFailed" => {
                let why = [word(params, "/errorText"), word(params, "/blockedReason")].join(" ");
                let why = if params["canceled"] == true {
                    "was broken off".to_owned()
                } else {
                    explained(why.trim())
                };
                self.finish(&word(params, "/requestId"), Some(why));
            }
            _ => {}
        }
    }

    /// Whether an event is of the page itself, not of a frame in it, and not of another tab.
    fn is_of_page(&self, params: &Value) -> bool {
        params["frameId"] == *self.target
            && matches!(params["disposition"].as_str(), None | Some("currentTab"))
    }

    fn print(&mut self, level: &str, text: &str) {
        let line = format!("{level}: {text}");
        self.console.push(&line);
        if matches!(level, "error" | "assert") {
            self.errors.push(&line);
        }
    }

    fn request(&mut self, params: &Value) {
        let id = word(params, "/requestId");
        if params["redirectResponse"].is_object()
            && let Some(request) = self.open.get_mut(&id)
        {
            request.status = params["redirectResponse"]["status"].as_i64();
            self.finish(&id, None);
        }
        let url = word(params, "/request/url");
        if url.starts_with("data:") || url.starts_with("blob:") || self.open.len() >= MOST_REQUESTS {
            return;
        }
        let lasting = ["EventSource", "WebSocket", "Media", "Ping", "Prefetch", "Preflight"];
        let is_awaited = !lasting.contains(&params["type"].as_str().unwrap_or_default());
        let line = format!("{} {url}", word(params, "/request/method"));
        let loader = word(params, "/loaderId");
        self.open.insert(id, Request { line, loader, status: None, is_awaited });
    }

    fn finish(&mut self, id: &str, failure: Option<String>) {
        let Some(Request { line, status, .. }) = self.open.remove(id) else { return };
        let is_bad = failure.as_deref().is_some_and(|why| why != "was broken off")
            || status.is_some_and(|status| status >= 400);
        let end = match (failure, status) {
            (Some(why), None) => why,
            (Some(why), Some(status)) => format!("{status}, then {why}"),
            (None, status) => status.map_or_else(|| "no status".to_owned(), |status| status.to_string()),
        };
        let line = format!("{line} → {end}");
        self.network.push(&line);
        // Every browser asks for it, and no user misses it.
        if is_bad && !line.contains("/favicon.ico ") {
            self.failed.push(&line);
        }
    }
}

/// Whether a page is about to go elsewhere, as far as an event of its frame says.
fn leaves(method: &str) -> Option<bool> {
    match method {
        "Page.frameRequestedNavigation" | "Page.frameScheduledNavigation" | "Page.frameStartedNavigating" => {
            Some(true)
        }
        "Page.frameStoppedLoading"
        | "Page.frameClearedScheduledNavigation"
        | "Page.navigatedWithinDocument" => Some(false),
        _ => None,
    }
}

/// A printed value in words.
fn said(value: &Value) -> String {
    match (&value["value"], value["description"].as_str()) {
        (Value::Null, Some(description)) => match value["preview"]["properties"].as_array() {
            Some(fields) if !fields.is_empty() => {
                let fields =
                    fields.iter().map(|field| format!("{}: {}", word(field, "/name"), word(field, "/value")));
                format!("{description} {{{}}}", fields.collect::<Vec<_>>().join(", "))
            }
            _ => description.to_owned(),
        },
        (Value::Null, None) => word(value, "/type"),
        (Value::String(text), _) => text.clone(),
        (other, _) => other.to_string(),
    }
}

/// An error of the network, with what it means here.
pub(super) fn explained(error: &str) -> String {
    let hint = match error {
        "net::ERR_NAME_NOT_RESOLVED" => "another machine, which cannot be reached from here",
        "net::ERR_CONNECTION_REFUSED" => "nothing listens there",
        "net::ERR_TOO_MANY_REDIRECTS" => "it redirects without end",
        "net::ERR_EMPTY_RESPONSE" => "the server closed the connection without an answer",
        "net::ERR_CERT_AUTHORITY_INVALID"
        | "net::ERR_CERT_COMMON_NAME_INVALID"
        | "net::ERR_CERT_DATE_INVALID" => "a bad certificate; `any_certificate` opens it all the same",
        "net::ERR_INVALID_AUTH_CREDENTIALS" | "net::ERR_UNEXPECTED_AUTHENTICATION" => {
            "it asks for a password"
        }
        "net::ERR_ABORTED" => "it became a download, or was broken off",
        _ => return error.to_owned(),
    };
    format!("{error} ({hint})")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tab_after(events: &[(&'static str, Value)]) -> Tab {
        let mut tab = Tab::new(1, "t".into(), "s".into(), String::new());
        for (method, params) in events {
            tab.take(&Event {
                method: (*method).into(),
                session_id: Some("s".into()),
                params: params.clone(),
            });
        }
        tab
    }

    #[test]
    fn a_request_is_awaited_until_it_ends_and_told_when_it_failed() {
        let sent = |id: &str, url: &str, kind: &str| {
            let request = json!({ "method": "GET", "url": url });
            ("Network.requestWillBeSent", json!({ "requestId": id, "type": kind, "request": request }))
        };
        let mut tab = tab_after(&[
            sent("1", "http://localhost/a", "Fetch"),
            sent("2", "http://localhost/events", "EventSource"),
            sent("3", "http://localhost/b", "Fetch"),
            sent("4", "http://elsewhere/x.js", "Script"),
            ("Network.responseReceived", json!({ "requestId": "3", "response": { "status": 500 } })),
            ("Network.loadingFinished", json!({ "requestId": "3" })),
            ("Network.loadingFailed", json!({ "requestId": "4", "errorText": "net::ERR_NAME_NOT_RESOLVED" })),
        ]);
        assert_eq!(tab.pending(), ["GET http://localhost/a"], "a stream of events never ends");
        let failed = tab.failed.take();
        assert_eq!(failed[0], "GET http://localhost/b → 500");
        assert!(failed[1].ends_with("(another machine, which cannot be reached from here)"), "{failed:?}");
        tab.take(&Event {
            method: "Page.frameNavigated".into(),
            session_id: None,
            params: json!({ "frame": { "url": "http://localhost/next", "loaderId": "L2" } }),
        });
        assert!(tab.pending().is_empty(), "what an older page asked for is not waited for");
    }

    #[test]
    fn a_page_leaves_from_what_asks_for_another_until_that_is_there_or_given_up() {
        let asked = |frame: &str, disposition: &str| {
            ("Page.frameRequestedNavigation", json!({ "frameId": frame, "disposition": disposition }))
        };
        let leaves = |events: &[(&'static str, Value)]| tab_after(events).leaves;
        assert!(leaves(&[asked("t", "currentTab")]));
        assert!(!leaves(&[asked("t", "newTab"), asked("inner", "currentTab")]), "the page itself stays");
        for end in ["Page.frameStoppedLoading", "Page.navigatedWithinDocument"] {
            assert!(!leaves(&[asked("t", "currentTab"), (end, json!({ "frameId": "t" }))]), "{end}");
        }
        let there = ("Page.frameNavigated", json!({ "frame": { "id": "t", "loaderId": "L2" } }));
        assert!(!leaves(&[asked("t", "currentTab"), there]));
    }

    #[test]
    fn what_a_page_prints_is_told_by_its_level() {
        let print = |kind: &str, value: Value| {
            (
                "Runtime.consoleAPICalled",
                json!({ "type": kind, "args": [{ "type": "string", "value": value }] }),
            )
        };
        let mut tab = tab_after(&[
            print("log", json!("hello")),
            print("error", json!({ "a": 1 })),
            ("Log.entryAdded", json!({ "entry": { "source": "network", "level": "error", "text": "404" } })),
        ]);
        assert_eq!(tab.console.take(), ["log: hello", r#"error: {"a":1}"#]);
        assert_eq!(tab.errors.take(), [r#"error: {"a":1}"#]);
    }
}
