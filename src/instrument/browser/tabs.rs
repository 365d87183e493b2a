//! Getting to a page: addresses, history, tabs.

use std::time::Duration;

use serde_json::{Value, json};

use super::chrome::{Chrome, Page};
use super::fault::Fault;
use super::tab::explained;
use super::wanted::{Action, Wanted};
use super::world::{metrics, word};
use crate::instrument::http::permitted;

impl Chrome {
    /// Opens an address in the tab that is worked, or in a new one where there is none.
    pub async fn open(&self, wanted: &Wanted) -> Result<String, Fault> {
        let url = wanted.url.as_deref().ok_or_else(|| wants(wanted.action, "url"))?;
        let mut url = permitted(url).map_err(|error| Fault::Mistake(error.to_string()))?;
        if url.host_str() == Some("0.0.0.0") && url.set_host(Some("127.0.0.1")).is_err() {
            return Err(Fault::Mistake(format!("`{url}` is no address of a server")));
        }
        let page = self.usable_tab().await?;
        if let Some(ignore) = wanted.any_certificate {
            self.call(&page, "Security.setIgnoreCertificateErrors", json!({ "ignore": ignore })).await?;
        }
        let asked = json!({ "url": url.as_str() });
        // A password in an address is for the server alone.
        let mut shown = url.clone();
        if shown.set_password(None).is_err() {
            shown = url;
        }
        let limit = wanted.limit();
        match self.cdp.call(&page.session, "Page.navigate", asked, limit).await {
            Ok(gone) => match gone["errorText"].as_str() {
                None => Ok(format!("opened {shown}")),
                Some(error) => Err(Fault::NotDone(format!("{shown} did not load: {}", explained(error)))),
            },
            Err(Fault::Silent) => {
                self.cdp.tell(&page.session, "Page.stopLoading", json!({}));
                Err(Fault::NotDone(format!("{shown} did not load: no answer within {} s", limit.as_secs())))
            }
            Err(Fault::Refused(why)) => Err(Fault::NotDone(format!("{shown} did not load: {why}"))),
            Err(fault) => Err(fault),
        }
    }

    /// The tab that is worked, or a new one where its page is gone or hangs.
    async fn usable_tab(&self) -> Result<Page, Fault> {
        // A page that was stopped because it went elsewhere without end ran no more scripts.
        let scripts = json!({ "value": false });
        while let Ok(page) = self.page() {
            // Only its answer shows that it lives.
            let asked = json!({ "expression": "1" });
            let answered = self.call(&page, "Runtime.evaluate", asked).await;
            let answered = match answered {
                Ok(_) => self.call(&page, "Emulation.setScriptExecutionDisabled", scripts.clone()).await,
                fault => fault,
            };
            match answered {
                Ok(_) => return Ok(page),
                Err(Fault::Gone) => return Err(Fault::Gone),
                Err(_) => self.close(&page.target).await,
            }
        }
        self.new_tab().await
    }

    /// Goes back or forward by so many pages.
    pub async fn travel(&self, page: &Page, steps: i64) -> Result<(), Fault> {
        let history = self.call(page, "Page.getNavigationHistory", json!({})).await?;
        let at = history["currentIndex"].as_i64().unwrap_or_default() + steps;
        let entry =
            usize::try_from(at).ok().map(|at| &history["entries"][at]).filter(|entry| entry["id"].is_i64());
        let Some(entry) = entry else {
            let way = if steps < 0 { "before" } else { "after" };
            return Err(Fault::NotDone(format!("there is no page {way} this one")));
        };
        self.call(page, "Page.navigateToHistoryEntry", json!({ "entryId": entry["id"] })).await.map(drop)
    }

    /// Makes the window so large, in this tab and in those that open later.
    pub async fn resize(&self, page: &Page, width: u32, height: u32) -> Result<(), Fault> {
        self.world().size = (width, height);
        self.call(page, "Emulation.setDeviceMetricsOverride", metrics((width, height))).await.map(drop)
    }

    /// Works another tab from now on.
    pub async fn switch(&self, number: u32) -> Result<(), Fault> {
        let target = self.target_of(number)?;
        self.world().current = number;
        self.browser("Target.activateTarget", json!({ "targetId": target })).await.map(drop)
    }

    /// The target behind a tab's number.
    pub fn target_of(&self, number: u32) -> Result<String, Fault> {
        let world = self.world();
        let found = world.tabs.iter().find(|tab| tab.number == number).map(|tab| tab.target.clone());
        found.ok_or_else(|| Fault::Mistake(format!("there is no tab {number}; `tabs` lists them")))
    }

    /// The tabs in lines.
    pub async fn tabs(&self) -> String {
        let known = self.browser("Target.getTargets", json!({})).await.unwrap_or_default();
        let mut world = self.world();
        known["targetInfos"].as_array().into_iter().flatten().for_each(|info| world.moved(info));
        let lines = world.tabs.iter().map(|tab| {
            let mark = if tab.number == world.current { "→" } else { " " };
            format!("{mark} tab {}: {:?} {}", tab.number, tab.title, tab.url)
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// What an expression gives, as JSON. It only reads: what a tester shows is what a user gets, so a script that may change
    /// the page, or ask somebody for something, is not run.
    pub async fn evaluate(&self, page: &Page, script: &str, limit: Duration) -> Result<String, Fault> {
        let as_text = format!(
            "((value) => {{ const text = typeof value === 'function' ? String(value) : String(JSON.stringify(value)); \
             return text.length > {MOST} ? text.slice(0, {MOST}) + ' … ' + text.length + ' characters in all' : text; }})"
        );
        let expression = self.read_by_script(page, format!("{as_text}(\n{script}\n)"), limit).await?;
        let Some(thrown) = expression.get("exceptionDetails") else {
            return Ok(word(&expression, "/result/value"));
        };
        // Statements are no expression; in a block their names are their own.
        let statements = match kind_of(thrown).as_str() {
            "SyntaxError" | "EvalError" => {
                Some(self.read_by_script(page, format!("{{\n{script}\n}}"), limit).await?)
            }
            _ => None,
        };
        let thrown = match &statements {
            Some(told) => match told.get("exceptionDetails") {
                None => return Ok(clipped(&told["result"])),
                Some(thrown) => thrown,
            },
            None => thrown,
        };
        let description = word(thrown, "/exception/description");
        if description.contains("Possible side-effect") {
            return Err(Fault::NotDone(NOT_ONLY_READING.to_owned()));
        }
        let text = if description.is_empty() { word(thrown, "/text") } else { description };
        let lines = text.lines().take(4).collect::<Vec<_>>().join(" ");
        Err(Fault::NotDone(format!("the script threw: {lines}")))
    }

    async fn read_by_script(&self, page: &Page, expression: String, limit: Duration) -> Result<Value, Fault> {
        let asked = json!({ "expression": expression, "throwOnSideEffect": true, "returnByValue": true });
        self.cdp.call(&page.session, "Runtime.evaluate", asked, limit).await
    }
}

/// What is said of a script that does more than to read.
const NOT_ONLY_READING: &str = "it was not run: it may change the page or ask for something, and a script only reads here, so that what you show is what \
a user gets. Read without promises, for example document.title, document.querySelector('h1').textContent, \
getComputedStyle(element).color; work the page with click, fill, press and select; use `http` for requests";

/// The class of what was thrown.
fn kind_of(thrown: &Value) -> String {
    word(thrown, "/exception/className")
}

/// What statements gave, as JSON.
fn clipped(result: &Value) -> String {
    let text = match result.get("value") {
        Some(value) => value.to_string(),
        None => word(result, "/type"),
    };
    text.char_indices().nth(MOST).map_or_else(|| text.clone(), |(end, _)| format!("{} …", &text[..end]))
}

/// Characters of what a script gives.
const MOST: usize = 12_000;

/// What an action lacks, with what it looks like.
pub(super) fn wants(action: Action, field: &str) -> Fault {
    let such_as = match field {
        "url" => "the whole address, such as http://localhost:8080/",
        "tab" => "a number, as `tabs` lists them",
        "script" => "an expression of JavaScript, such as document.title",
        "keys" => "a list, such as [\"Enter\"]",
        "files" => "a list of files of the checkout, such as [\"README.md\"]",
        "options" => "a list of what to choose, as `read` shows it behind options=",
        "ref" | "onto" => {
            "a reference such as e12, or a role and name such as button \"Save\", as `read` shows them"
        }
        _ => "a text",
    };
    Fault::Mistake(format!("`{}` wants `{field}`: {such_as}", action.word()))
}
