//! What a page shows: the tree of what a person sees, with a reference for everything that can be acted on.

use futures::FutureExt;
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::json;

use super::chrome::{Chrome, Page};
use super::fault::Fault;
use super::frame::Frame;
use super::world::word;

/// Lines of a page, and of one frame within it.
const LINES: usize = 400;
const FRAME_LINES: usize = 120;
/// Frames that are read, and how deep they may be nested.
const FRAMES: usize = 12;
const DEPTH: usize = 4;

/// What a page showed.
#[derive(Debug, Default)]
pub(super) struct Look {
    pub title: String,
    pub url: String,
    /// The size of the window, of the whole page, how far it is scrolled, and what has the focus.
    pub size: String,
    pub lines: Vec<String>,
}

/// What a frame told.
#[derive(Deserialize)]
struct Told {
    lines: Vec<Line>,
    next: u64,
    cut: bool,
    title: String,
    url: String,
    size: [f64; 2],
    page: [f64; 2],
    scrolled: [f64; 2],
    focus: String,
}

#[derive(Deserialize)]
struct Line {
    depth: usize,
    text: String,
    /// The number of a frame's element.
    frame: Option<u64>,
}

impl Chrome {
    /// Reads the page of a tab.
    pub async fn look(&mut self, page: &Page) -> Result<Look, Fault> {
        let frame = self.main_frame(page).await?;
        let told = self.told(page, &frame, LINES).await?;
        let [size, whole, scrolled] = [told.size, told.page, told.scrolled].map(|[a, b]| format!("{a}x{b}"));
        let focus = if told.focus.is_empty() { String::new() } else { format!(", focus on {}", told.focus) };
        let size = format!("window {size}, page {whole}, scrolled to {scrolled}{focus}");
        let (title, url) = (told.title.clone(), told.url.clone());
        let mut lines = Vec::new();
        let mut left = FRAMES;
        self.write(page, &frame, told, 0, &mut left, &mut lines).await?;
        Ok(Look { title, url, size, lines })
    }

    async fn told(&mut self, page: &Page, frame: &Frame, most: usize) -> Result<Told, Fault> {
        let next = self.refs.last + 1;
        let told = self.ask(page, frame, &format!("__flightdeck.read({next}, {most})")).await?;
        let told: Told = serde_json::from_value(told)
            .map_err(|error| Fault::Refused(format!("the page could not be read: {error}")))?;
        for number in next..told.next {
            self.refs.known.insert(number, (page.clone(), frame.clone()));
        }
        self.refs.last = told.next.saturating_sub(1).max(self.refs.last);
        Ok(told)
    }

    fn write<'a>(
        &'a mut self,
        page: &'a Page,
        frame: &'a Frame,
        told: Told,
        depth: usize,
        left: &'a mut usize,
        lines: &'a mut Vec<String>,
    ) -> BoxFuture<'a, Result<(), Fault>> {
        async move {
            for line in told.lines {
                let indent = "  ".repeat(depth + line.depth);
                lines.push(format!("{indent}- {}", line.text));
                let Some(number) = line.frame else { continue };
                if *left == 0 || depth / 2 >= DEPTH {
                    lines.push(format!("{indent}  [one frame more, which is not read]"));
                    continue;
                }
                *left -= 1;
                // A frame that is just being loaded is read the next time.
                let Ok(child) = self.frame_of(page, frame, number).await else { continue };
                if let Ok(told) = self.told(page, &child, FRAME_LINES).await {
                    self.write(page, &child, told, depth + line.depth + 1, left, lines).await?;
                }
            }
            if told.cut {
                lines.push(format!("{}[the page goes on; the rest is left out]", "  ".repeat(depth)));
            }
            Ok(())
        }
        .boxed()
    }

    /// The frame within an element.
    async fn frame_of(&self, page: &Page, frame: &Frame, number: u64) -> Result<Frame, Fault> {
        let expression = format!("__flightdeck.get({number})");
        let asked = json!({ "expression": expression, "contextId": frame.context });
        let object = word(&self.call(page, "Runtime.evaluate", asked).await?, "/result/objectId");
        let node = self.call(page, "DOM.describeNode", json!({ "objectId": object })).await?;
        self.frame(page, &word(&node, "/node/frameId")).await
    }
}

/// A tree without the references, which differ although the page is the same.
pub(super) fn without_refs(lines: &[String]) -> String {
    let plain = lines.iter().map(|line| match line.rsplit_once(" [e") {
        Some((text, number))
            if number.strip_suffix(']').is_some_and(|n| n.chars().all(|c| c.is_ascii_digit())) =>
        {
            text
        }
        _ => line,
    });
    plain.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_no_part_of_what_is_compared() {
        let lines = ["- button \"Go\" [e12]".to_owned(), "- text \"see [e12] there\"".to_owned()];
        assert_eq!(without_refs(&lines), "- button \"Go\"\n- text \"see [e12] there\"");
    }
}
