//! One action: what a tester asked for, done.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use tokio::time::Instant;

use super::act::{CLICK, Press};
use super::answer::on_offer;
use super::chrome::{Chrome, Page};
use super::fault::Fault;
use super::frame::Element;
use super::settle::{Rest, Wanted as Text};
use super::tabs::wants;
use super::wanted::{Action, Button, Wanted};
use super::world::word;
use crate::instrument::evidence::Settled;

/// A picture of a whole page is cut off below, in pixels.
const TALLEST: f64 = 8_000.0;
/// A picture of more bytes is taken at half its size.
const LARGEST: usize = 4 * 1024 * 1024;

/// What an action did.
#[derive(Debug, Default)]
pub(super) struct Step {
    /// In a line, or for what was asked for in several.
    pub told: String,
    pub picture: Option<Picture>,
}

/// A PNG of a page, and whether the page stood still when it was taken.
#[derive(Debug)]
pub(super) struct Picture {
    pub bytes: Vec<u8>,
    pub settled: Settled,
}

impl From<String> for Step {
    fn from(told: String) -> Self {
        Self { told, picture: None }
    }
}

/// Does it.
pub(super) async fn step(chrome: &mut Chrome, wanted: &Wanted, files: &[PathBuf]) -> Result<Step, Fault> {
    match wanted.action {
        Action::Open => return Ok(chrome.open(wanted).await?.into()),
        Action::Tabs => return Ok(chrome.tabs().await.into()),
        Action::Tab => {
            let number = wanted.tab.ok_or_else(|| wants(wanted.action, "tab"))?;
            chrome.switch(number).await?;
            return Ok(format!("tab {number} is worked now").into());
        }
        Action::CloseTab => {
            let current = chrome.world().current;
            let number = wanted.tab.unwrap_or(current);
            chrome.close(&chrome.target_of(number)?).await;
            return Ok(format!("tab {number} was closed").into());
        }
        _ => {}
    }
    let page = chrome.page()?;
    if let Some(told) = look(chrome, &page, wanted).await? {
        return Ok(told);
    }
    let done = by_hand(chrome, &page, wanted, files).await;
    chrome.world().touched = Some(Instant::now());
    done.map(Step::from)
}

/// What only looks, or has to do with the page as a whole.
async fn look(chrome: &mut Chrome, page: &Page, wanted: &Wanted) -> Result<Option<Step>, Fault> {
    let told = match wanted.action {
        Action::Read => String::new(),
        Action::Wait => return waited(chrome, page, wanted).await.map(Some),
        Action::Back => chrome.travel(page, -1).await.map(|()| "went back".to_owned())?,
        Action::Forward => chrome.travel(page, 1).await.map(|()| "went forward".to_owned())?,
        Action::Reload => {
            chrome.call(page, "Page.reload", json!({})).await?;
            "reloaded".to_owned()
        }
        Action::Screenshot => return picture(chrome, page, wanted).await.map(Some),
        Action::Evaluate => {
            let script = wanted.script.as_deref().ok_or_else(|| wants(wanted.action, "script"))?;
            format!("it gives: {}", chrome.evaluate(page, script, wanted.limit()).await?)
        }
        Action::Log => log(chrome),
        Action::Resize => {
            let (width, height) = chrome.world().size;
            let (width, height) = (wanted.width.unwrap_or(width), wanted.height.unwrap_or(height));
            chrome.resize(page, width, height).await?;
            format!("the window is {width}x{height} now")
        }
        _ => return Ok(None),
    };
    Ok(Some(told.into()))
}

/// What is done with mouse and keyboard.
async fn by_hand(
    chrome: &mut Chrome,
    page: &Page,
    wanted: &Wanted,
    files: &[PathBuf],
) -> Result<String, Fault> {
    if chrome.world().tabs.len() > 1 {
        // A page behind another one draws nothing, and an event of the mouse waits for what it draws.
        chrome.call(page, "Page.bringToFront", json!({})).await?;
    }
    match wanted.action {
        Action::Type => {
            let text = wanted.text.as_deref().ok_or_else(|| wants(wanted.action, "text"))?;
            focused(chrome, wanted).await?;
            chrome.type_text(page, text).await?;
            return Ok(format!("typed {text:?}"));
        }
        Action::Press if wanted.keys.is_empty() => return Err(wants(wanted.action, "keys")),
        Action::Press => {
            focused(chrome, wanted).await?;
            for key in &wanted.keys {
                chrome.press(page, key).await?;
            }
            return Ok(format!("pressed {}", wanted.keys.join(", ")));
        }
        Action::Upload if files.is_empty() => return Err(wants(wanted.action, "files")),
        Action::Upload => {
            let element = match &wanted.element {
                Some(reference) => Some(chrome.find(reference).await?),
                None => None,
            };
            let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
            chrome.upload(page, element.as_ref(), &files).await?;
            return Ok(format!("gave it {}", wanted.files.join(", ")));
        }
        _ => {}
    }
    let Some(reference) = wanted.element.as_deref() else {
        let lines = chrome.look(page).await?.lines;
        return Err(wants(wanted.action, "ref").adding(&on_offer(&lines, "")));
    };
    let element = chrome.find(reference).await?;
    at_element(chrome, &element, wanted).await
}

async fn at_element(chrome: &mut Chrome, element: &Element, wanted: &Wanted) -> Result<String, Fault> {
    let label = &element.label;
    match wanted.action {
        Action::Fill => {
            let text = wanted.text.as_deref().ok_or_else(|| wants(wanted.action, "text"))?;
            let held = chrome.fill(element, text).await?;
            let same = held.trim_end_matches('\n') == text.replace("\r\n", "\n").trim_end_matches('\n');
            let other = if same { String::new() } else { format!("; it holds {held:?} now") };
            Ok(format!("filled {label} with {text:?}{other}"))
        }
        Action::Select if wanted.options.is_empty() => Err(wants(wanted.action, "options")),
        Action::Select => {
            chrome.choose(element, &wanted.options).await?;
            Ok(format!("chose {} in {label}", wanted.options.join(", ")))
        }
        Action::Hover => chrome.hover(element).await.map(|_| format!("the mouse is over {label}")),
        Action::Drag => {
            let onto = wanted.onto.as_deref().ok_or_else(|| wants(wanted.action, "onto"))?;
            let onto = chrome.find(onto).await?;
            chrome.drag(element, &onto).await?;
            Ok(format!("dragged {label} onto {}", onto.label))
        }
        _ => {
            let button = match wanted.button {
                None | Some(Button::Left) => "left",
                Some(Button::Right) => "right",
                Some(Button::Middle) => "middle",
            };
            let press = Press { button, count: wanted.count.unwrap_or(1) };
            chrome.click(element, press).await?;
            let how =
                if press == CLICK { String::new() } else { format!(" ({button}, {} times)", press.count) };
            Ok(format!("clicked {label}{how}"))
        }
    }
}

async fn focused(chrome: &mut Chrome, wanted: &Wanted) -> Result<(), Fault> {
    match &wanted.element {
        None => Ok(()),
        Some(reference) => {
            let element = chrome.find(reference).await?;
            chrome.focus(&element).await
        }
    }
}

async fn waited(chrome: &Chrome, page: &Page, wanted: &Wanted) -> Result<Step, Fault> {
    let told = match (&wanted.text, &wanted.gone) {
        (Some(_), Some(_)) => {
            let words = "`wait` wants `text` or `gone`, not both: wait for the one, then for the other";
            return Err(Fault::Mistake(words.to_owned()));
        }
        (Some(text), None) => {
            chrome.wait_for(page, text, Text::Shown, wanted.limit()).await?;
            format!("{text:?} is there")
        }
        (None, Some(text)) => {
            chrome.wait_for(page, text, Text::Gone, wanted.limit()).await?;
            format!("{text:?} is not there")
        }
        (None, None) => String::new(),
    };
    Ok(told.into())
}

async fn picture(chrome: &Chrome, page: &Page, wanted: &Wanted) -> Result<Step, Fault> {
    let settled = match chrome.settle(page, wanted.limit()).await? {
        Rest::Settled => Settled::Still,
        Rest::Moving(_) => Settled::Moving,
    };
    let metrics = chrome.call(page, "Page.getLayoutMetrics", json!({})).await?;
    let of = |part: &str, key: &str| metrics[part][key].as_f64().unwrap_or_default();
    let (part, x, y) = if wanted.whole_page {
        ("cssContentSize", 0.0, 0.0)
    } else {
        ("cssVisualViewport", of("cssVisualViewport", "pageX"), of("cssVisualViewport", "pageY"))
    };
    let key = |name: &str| {
        if wanted.whole_page {
            name.to_owned()
        } else {
            format!("client{}{}", name[..1].to_uppercase(), &name[1..])
        }
    };
    let (width, whole) = (of(part, &key("width")).min(4_000.0), of(part, &key("height")));
    let height = whole.min(TALLEST);
    let mut bytes = Vec::new();
    for scale in [1.0, 0.5] {
        let clip = json!({ "x": x, "y": y, "width": width, "height": height, "scale": scale });
        let asked = json!({ "format": "png", "captureBeyondViewport": wanted.whole_page, "clip": clip });
        let shot =
            chrome.cdp.call(&page.session, "Page.captureScreenshot", asked, wanted.limit().max(BUSY)).await?;
        bytes = STANDARD.decode(word(&shot, "/data")).map_err(|error| Fault::Refused(error.to_string()))?;
        if bytes.len() <= LARGEST {
            break;
        }
    }
    let cut = if whole > height { format!(", cut off below {TALLEST} pixels") } else { String::new() };
    let what = if wanted.whole_page { "the whole page" } else { "the window" };
    Ok(Step {
        told: format!("a picture of {what}, {width}x{height}{cut}"),
        picture: Some(Picture { bytes, settled }),
    })
}

/// How long a large page may take to be drawn.
const BUSY: std::time::Duration = std::time::Duration::from_secs(15);

fn log(chrome: &Chrome) -> String {
    let mut world = chrome.world();
    let Some(tab) = world.current() else { return String::new() };
    let list = |lines: Vec<String>| if lines.is_empty() { "nothing".to_owned() } else { lines.join("\n") };
    let pending: Vec<String> = tab.pending().iter().map(|line| format!("{line} → no answer yet")).collect();
    let (console, network) = (tab.console.take(), [tab.network.take(), pending].concat());
    format!("console:\n{}\nnetwork:\n{}", list(console), list(network))
}
