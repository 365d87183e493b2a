//! What a user does to a page: with the mouse, the keyboard, and the dialogs of the browser around it.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::chrome::{Chrome, Page};
use super::fault::Fault;
use super::frame::Element;
use super::world::word;

/// How long an element may be covered, in motion or disabled until it is said to be.
const PATIENCE: Duration = Duration::from_secs(2);
/// Between two looks at where it is.
const BEAT: Duration = Duration::from_millis(40);

/// How a mouse is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Press {
    pub button: &'static str,
    pub count: u32,
}

/// A click as people mean it.
pub(super) const CLICK: Press = Press { button: "left", count: 1 };

type Point = (f64, f64);

impl Chrome {
    /// Moves the mouse over an element.
    pub async fn hover(&self, element: &Element) -> Result<Point, Fault> {
        let point = self.point(element).await?;
        self.mouse(&element.page, "mouseMoved", point, Press { button: "none", count: 0 }).await?;
        Ok(point)
    }

    /// Clicks an element.
    pub async fn click(&self, element: &Element, press: Press) -> Result<(), Fault> {
        let point = self.hover(element).await?;
        for count in 1..=press.count {
            let press = Press { count, ..press };
            self.mouse(&element.page, "mousePressed", point, press).await?;
            self.mouse(&element.page, "mouseReleased", point, press).await?;
        }
        Ok(())
    }

    /// Drags one element onto another.
    pub async fn drag(&self, from: &Element, onto: &Element) -> Result<(), Fault> {
        let start = self.hover(from).await?;
        self.mouse(&from.page, "mousePressed", start, CLICK).await?;
        let end = self.point(onto).await?;
        for step in 1..=5 {
            let part = f64::from(step) / 5.0;
            let at = (start.0 + (end.0 - start.0) * part, start.1 + (end.1 - start.1) * part);
            self.mouse(&from.page, "mouseMoved", at, CLICK).await?;
        }
        self.mouse(&from.page, "mouseReleased", end, CLICK).await
    }

    /// Replaces what a field holds. Gives what it holds afterwards.
    pub async fn fill(&self, element: &Element, text: &str) -> Result<String, Fault> {
        self.click(element, CLICK).await?;
        if self.done_on(element, "edit", &[]).await?["by"] == "value" {
            self.done_on(element, "setValue", &[json!(text)]).await?;
        } else {
            self.press(&element.page, "Delete").await?;
            self.type_text(&element.page, text).await?;
        }
        let held = self.on(element, "held", &[]).await?;
        Ok(held.as_str().unwrap_or_default().to_owned())
    }

    /// Gives an element the focus.
    pub async fn focus(&self, element: &Element) -> Result<(), Fault> {
        match self.on(element, "focus", &[]).await? {
            Value::Bool(true) => Ok(()),
            _ => Err(Fault::NotDone(format!("{}: it does not take the focus", element.label))),
        }
    }

    /// Chooses options of a list.
    pub async fn choose(&self, element: &Element, options: &[String]) -> Result<(), Fault> {
        self.point(element).await?;
        self.done_on(element, "choose", &[json!(options)]).await.map(drop)
    }

    /// Gives files to a field, or to the file chooser that the page opened last.
    pub async fn upload(
        &self,
        page: &Page,
        element: Option<&Element>,
        files: &[String],
    ) -> Result<(), Fault> {
        let chooser = self.world().current().and_then(|tab| tab.chooser.take());
        let asked = match (element, chooser) {
            (Some(element), _) => json!({ "files": files, "objectId": element.object }),
            (None, Some(node)) => json!({ "files": files, "backendNodeId": node }),
            (None, None) => {
                let words =
                    "no file chooser is open: give the `ref` of a file field, or click what opens a chooser";
                return Err(Fault::Mistake(words.to_owned()));
            }
        };
        match self.call(page, "DOM.setFileInputFiles", asked).await {
            Err(Fault::Refused(why)) => Err(Fault::NotDone(format!("the files were not taken: {why}"))),
            done => done.map(drop),
        }
    }

    /// Where an element can be hit, once it stands still and nothing covers it.
    async fn point(&self, element: &Element) -> Result<Point, Fault> {
        let deadline = Instant::now() + PATIENCE;
        let scrolled = json!({ "objectId": element.object });
        let mut before = None;
        self.done_on(element, "reach", &[]).await?;
        loop {
            // One that has no box cannot be scrolled to; what is wrong with it is said below.
            match self.call(&element.page, "DOM.scrollIntoViewIfNeeded", scrolled.clone()).await {
                Ok(_) | Err(Fault::Refused(_)) => {}
                Err(fault) => return Err(fault),
            }
            let aimed = match self.done_on(element, "aim", &[]).await {
                Err(Fault::NotDone(_)) if Instant::now() < deadline => {
                    before = None;
                    sleep(BEAT).await;
                    continue;
                }
                aimed => aimed?,
            };
            let at = (number(&aimed, "left"), number(&aimed, "top"));
            if before == Some(at) {
                return self.on_page(element, &aimed).await;
            }
            if Instant::now() > deadline {
                return Err(Fault::NotDone(format!("{}: it does not stand still", element.label)));
            }
            before = Some(at);
            sleep(BEAT).await;
        }
    }

    /// A place within a frame as a place in the window.
    async fn on_page(&self, element: &Element, aimed: &Value) -> Result<Point, Fault> {
        let within = (number(aimed, "x"), number(aimed, "y"));
        if element.frame.id == element.page.target {
            return Ok(within);
        }
        let quads =
            self.call(&element.page, "DOM.getContentQuads", json!({ "objectId": element.object })).await?;
        let corner = |index: usize| quads["quads"][0][index].as_f64().unwrap_or_default();
        let content = self.on(element, "corner", &[]).await?;
        let offset = (corner(0) - number(&content, "left"), corner(1) - number(&content, "top"));
        let point = (within.0 + offset.0, within.1 + offset.1);
        self.uncovered(element, point).await?;
        Ok(point)
    }

    /// Whether nothing of the page around a frame lies over a place in it.
    async fn uncovered(&self, element: &Element, point: Point) -> Result<(), Fault> {
        let metrics = self.call(&element.page, "Page.getLayoutMetrics", json!({})).await?;
        let scrolled = |key: &str| metrics["cssVisualViewport"][key].as_f64().unwrap_or_default();
        #[expect(clippy::cast_possible_truncation, reason = "a place in a window is a small number")]
        let whole = |number: f64| number.round() as i64;
        let at = json!({ "x": whole(point.0 + scrolled("pageX")), "y": whole(point.1 + scrolled("pageY")) });
        let hit = self.call(&element.page, "DOM.getNodeForLocation", at).await?;
        if hit["frameId"] == *element.frame.id {
            return Ok(());
        }
        let node = json!({ "backendNodeId": hit["backendNodeId"] });
        let node = self.call(&element.page, "DOM.describeNode", node).await?;
        let name = word(&node, "/node/localName");
        Err(Fault::NotDone(format!(
            "{}: its frame is covered there by a <{name}> of the page around it",
            element.label
        )))
    }

    async fn mouse(&self, page: &Page, kind: &str, (x, y): Point, press: Press) -> Result<(), Fault> {
        let held = u8::from(press.count > 0 && press.button == "left");
        let event = json!({
            "type": kind, "x": x, "y": y, "button": press.button, "buttons": held, "clickCount": press.count,
        });
        self.call(page, "Input.dispatchMouseEvent", event).await.map(drop)
    }
}

fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or_default()
}
