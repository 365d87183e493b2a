//! The frames of a page, and the elements in them: each frame has a world of ours beside the page's own.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::chrome::{Chrome, Page};
use super::fault::Fault;
use super::world::word;

/// The name of our world.
pub(super) const WORLD: &str = "flightdeck";
/// What runs in it.
pub(super) const SCRIPT: &str = include_str!("page.js");

/// Our world in a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub id: String,
    pub context: i64,
}

/// The elements that a tester was told of, by number, with the frame each is in.
#[derive(Debug, Default)]
pub(super) struct Refs {
    pub known: HashMap<u64, (Page, Frame)>,
    pub last: u64,
}

/// An element in our world.
#[derive(Debug, Clone)]
pub(super) struct Element {
    pub page: Page,
    pub frame: Frame,
    pub object: String,
    /// What it is, for a sentence: `e12 button "Go"`.
    pub label: String,
}

impl Chrome {
    /// Our world in a frame, made ready.
    pub async fn frame(&self, page: &Page, id: &str) -> Result<Frame, Fault> {
        let made = json!({ "frameId": id, "worldName": WORLD });
        let made = self.call(page, "Page.createIsolatedWorld", made).await?;
        let frame =
            Frame { id: id.to_owned(), context: made["executionContextId"].as_i64().unwrap_or_default() };
        if self.ask(page, &frame, "Boolean(globalThis.__flightdeck)").await? != Value::Bool(true) {
            self.ask(page, &frame, SCRIPT).await?;
        }
        Ok(frame)
    }

    /// Our world in the frame that holds all others.
    pub async fn main_frame(&self, page: &Page) -> Result<Frame, Fault> {
        self.frame(page, &page.target).await
    }

    /// The value of an expression in our world.
    pub async fn ask(&self, page: &Page, frame: &Frame, expression: &str) -> Result<Value, Fault> {
        let asked = json!({ "expression": expression, "contextId": frame.context, "returnByValue": true });
        let mut told = self.call(page, "Runtime.evaluate", asked).await?;
        thrown(&told)?;
        Ok(told["result"]["value"].take())
    }

    /// The element of a reference such as `e12`.
    pub async fn element(&self, reference: &str) -> Result<Element, Fault> {
        let number = reference.trim().trim_matches(['[', ']']).trim_start_matches('e').parse::<u64>().ok();
        let unknown = || {
            Fault::Mistake(format!("there is no `{reference}`: `read` shows what can be acted on, as [e12]"))
        };
        let number = number.ok_or_else(unknown)?;
        let (page, frame) = self.refs.known.get(&number).cloned().ok_or_else(unknown)?;
        let current = self.page()?;
        if page.number != current.number {
            let words = format!("`{reference}` is in tab {}; `tab` switches to it", page.number);
            return Err(Fault::Mistake(words));
        }
        let old =
            || Fault::Mistake(format!("`{reference}` is of an older page; `read` shows the present one"));
        let expression = format!("__flightdeck.get({number})");
        let asked = json!({ "expression": expression, "contextId": frame.context });
        let told = match self.call(&page, "Runtime.evaluate", asked).await {
            Err(fault) if fault.is_of_an_older_page() => return Err(old()),
            told => told?,
        };
        let object = word(&told, "/result/objectId");
        if object.is_empty() {
            return Err(old());
        }
        let mut element = Element { page, frame, object, label: format!("e{number}") };
        if self.on(&element, "connected", &[]).await? != Value::Bool(true) {
            return Err(Fault::Mistake(format!(
                "`{reference}` is no longer on the page; `read` shows what is"
            )));
        }
        let label = self.on(&element, "label", &[]).await?;
        element.label = format!("e{number} {}", label.as_str().unwrap_or_default());
        Ok(element)
    }

    /// What one of our functions gives for an element.
    pub async fn on(&self, element: &Element, function: &str, arguments: &[Value]) -> Result<Value, Fault> {
        let arguments: Vec<Value> = arguments.iter().map(|value| json!({ "value": value })).collect();
        let asked = json!({
            "functionDeclaration": format!("function(...given) {{ return __flightdeck.{function}(this, ...given); }}"),
            "objectId": element.object,
            "arguments": arguments,
            "returnByValue": true,
        });
        let mut told = self.call(&element.page, "Runtime.callFunctionOn", asked).await?;
        thrown(&told)?;
        Ok(told["result"]["value"].take())
    }

    /// As [`Self::on`], for functions that tell a problem instead.
    pub async fn done_on(
        &self,
        element: &Element,
        function: &str,
        arguments: &[Value],
    ) -> Result<Value, Fault> {
        let told = self.on(element, function, arguments).await?;
        match told["problem"].as_str() {
            None => Ok(told),
            Some(problem) => Err(Fault::NotDone(format!("{}: {problem}", element.label))),
        }
    }
}

/// An exception of our own script, which a hostile page may have brought about.
fn thrown(told: &Value) -> Result<(), Fault> {
    match told.get("exceptionDetails") {
        None => Ok(()),
        Some(details) => {
            let what = word(details, "/exception/description");
            Err(Fault::Refused(format!("the page could not be looked at: {what}")))
        }
    }
}
