//! What a tester reads after an action, and what is kept of it as evidence.

use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use super::chrome::Chrome;
use super::fault::Fault;
use super::frame::Element;
use super::look::{Look, without_refs};
use super::settle::{CRASHED, Rest};
use super::step::{Picture, Step};
use super::wanted::{Action, Wanted};
use crate::instrument::evidence::{PAGE, Settled};
use crate::instrument::{Evidence, Facts, InstrumentError, Seen};

/// Characters of a tree that a tester is shown.
const SHOWN: usize = 20_000;
/// Elements that a refusal names.
const OFFERED: usize = 12;

/// A page after an action, as evidence.
#[derive(Debug, Default, Serialize)]
struct Record {
    /// What was done, and how it went.
    action: String,
    title: String,
    url: String,
    window: String,
    /// Whether it was loaded, waited for no answer and had not changed for a moment.
    settled: bool,
    /// Whether what was to be done was done, and a page was there.
    done: bool,
    /// What happened that nobody asked for: dialogs, new tabs, downloads; and why it is not settled.
    notes: Vec<String>,
    /// Errors that were printed since the last action.
    console: Vec<String>,
    /// Requests that failed since the last action.
    network: Vec<String>,
    /// What a person sees.
    tree: Vec<String>,
}

/// Waits until the page has settled, looks at it, and says what changed.
pub(super) async fn answer(
    chrome: &mut Chrome,
    wanted: &Wanted,
    done: Result<Step, Fault>,
) -> Result<Seen, InstrumentError> {
    let mut record = Record::default();
    record.notes.extend(chrome.note.take());
    let (mut picture, mut can_look) = (None, true);
    match done {
        Ok(step) => {
            record.done = true;
            record.action = step.told;
            picture = step.picture;
        }
        Err(Fault::Mistake(words)) => return Err(InstrumentError::BadRequest(words)),
        Err(fault) => (record.action, can_look) = trouble(chrome, fault).await,
    }
    let mut before = std::mem::take(&mut chrome.shown);
    // What hangs is stopped once, and looked at again.
    for _ in 0..2 {
        if !can_look {
            break;
        }
        let Err(fault) = see(chrome, wanted, &mut record).await else { break };
        let words;
        (words, can_look) = trouble(chrome, fault).await;
        record.notes.push(words);
    }
    heard(chrome, &mut record);
    let number = chrome.world().current;
    let is_first = before.0 != number || matches!(wanted.action, Action::Read | Action::Open | Action::Tab);
    if is_first {
        before.1.clear();
    }
    let text = text(&record, &before.1, wanted);
    let facts =
        Facts { text: format!("{}\n{}", record.title, without_refs(&record.tree)), ..Facts::default() };
    chrome.shown = (number, record.tree.clone());
    let evidence = evidence(&record, picture, wanted)?;
    let reached = port_of(&record.url).into_iter().collect();
    Ok(Seen { reached, ..Seen::new(text, evidence, facts) })
}

/// A browser that gave no answer in time, which is something that was seen.
pub(super) fn silence(wanted: &Wanted, words: &str) -> Result<Seen, InstrumentError> {
    let record = Record { action: words.to_owned(), ..Record::default() };
    let facts = Facts { text: words.to_owned(), ..Facts::default() };
    Ok(Seen::new(words, evidence(&record, None, wanted)?, facts))
}

/// The port of the server that a page is from.
fn port_of(url: &str) -> Option<u16> {
    let url = reqwest::Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    url.port_or_known_default()
}

async fn see(chrome: &mut Chrome, wanted: &Wanted, record: &mut Record) -> Result<(), Fault> {
    let page = match chrome.page() {
        Err(Fault::Mistake(words)) => {
            record.notes.push(words);
            return Ok(());
        }
        page => page?,
    };
    match chrome.settle(&page, wanted.limit()).await? {
        Rest::Settled => record.settled = true,
        Rest::Moving(why) => record.notes.push(format!("the page has not settled: {why}")),
    }
    let look = match chrome.look(&page).await {
        // It was replaced while it was read.
        Err(Fault::Refused(_)) => chrome.look(&page).await?,
        look => look?,
    };
    let Look { title, url, size, lines } = look;
    (record.title, record.url, record.window, record.tree) = (title, url, size, lines);
    Ok(())
}

/// What is said of something that went wrong, and whether the page can be looked at.
async fn trouble(chrome: &mut Chrome, fault: Fault) -> (String, bool) {
    match fault {
        Fault::Mistake(words) => (words, true),
        Fault::NotDone(words) => (format!("not done: {words}"), true),
        Fault::Refused(words) => (format!("not done: the browser said {words:?}"), true),
        Fault::Silent => match chrome.page() {
            Ok(page) => (chrome.revive(&page).await, true),
            Err(_) => ("the browser gave no answer".to_owned(), false),
        },
        Fault::Crashed => (CRASHED.to_owned(), false),
        Fault::Gone => {
            // Its process may be seen to end a moment later than its connection.
            chrome.world().is_spoilt = true;
            let words = "the browser ended by itself; `open` starts another one, with an empty profile";
            (words.to_owned(), false)
        }
    }
}

/// What the browser told meanwhile.
fn heard(chrome: &Chrome, record: &mut Record) {
    let downloads = chrome.downloads();
    let mut world = chrome.world();
    let notes = world.notes.take();
    let kept = notes.iter().any(|note| note.contains("in the downloads"));
    record.notes.extend(notes);
    record.notes.extend(kept.then(|| format!("the downloads are in {}", downloads.display())));
    if let Some(tab) = world.current() {
        record.console = tab.errors.take();
        record.network = tab.failed.take();
        if tab.chooser.is_some() {
            record.notes.push("a file chooser is open: `upload` with `files` answers it".to_owned());
        }
    }
    if world.tabs.len() > 1 {
        record.window += &format!(", tab {}; {} are open", world.current, world.tabs.len());
    }
}

fn text(record: &Record, before: &[String], wanted: &Wanted) -> String {
    let mut lines = Vec::new();
    lines.extend((!record.action.is_empty()).then(|| record.action.clone()));
    if !record.url.is_empty() {
        lines.push(format!("page: {:?} {} ({})", record.title, record.url, record.window));
    }
    lines.extend(record.notes.iter().map(|note| format!("! {note}")));
    lines.extend(record.console.iter().map(|line| format!("console: {line}")));
    lines.extend(record.network.iter().map(|line| format!("network: {line}")));
    if !matches!(wanted.action, Action::Log | Action::Tabs) {
        lines.push(tree(&record.tree, before));
    }
    lines.join("\n")
}

/// The tree, or what is different in it from the one that was shown before.
fn tree(now: &[String], before: &[String]) -> String {
    let diff = TextDiff::from_slices(
        &before.iter().map(String::as_str).collect::<Vec<_>>(),
        &now.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    let changes: Vec<String> = diff
        .iter_all_changes()
        .filter_map(|change| match change.tag() {
            ChangeTag::Equal => None,
            ChangeTag::Delete => {
                Some(format!("gone: {}", change.value().trim_start().trim_start_matches("- ")))
            }
            ChangeTag::Insert => {
                Some(format!("new:  {}", change.value().trim_start().trim_start_matches("- ")))
            }
        })
        .collect();
    let whole = if before.is_empty() || changes.len() > now.len() {
        now.join("\n")
    } else if changes.is_empty() {
        "nothing that one sees has changed".to_owned()
    } else {
        format!("what changed:\n{}", changes.join("\n"))
    };
    match whole.char_indices().nth(SHOWN) {
        None => whole,
        Some((end, _)) => format!("{}\n[the rest is left out here; the evidence has more]", &whole[..end]),
    }
}

fn evidence(
    record: &Record,
    picture: Option<Picture>,
    wanted: &Wanted,
) -> Result<Vec<Evidence>, InstrumentError> {
    let settled = if !record.done || record.url.starts_with("chrome-error:") {
        Settled::NotDone
    } else if port_of(&record.url).is_none() || record.tree.is_empty() {
        // No server gave it, or there is nothing on it.
        Settled::Nothing
    } else if record.settled {
        Settled::Still
    } else {
        Settled::Moving
    };
    let state = if record.settled { "" } else { ", not settled" };
    if let Some(Picture { bytes, settled: then }) = picture {
        let settled = if then == Settled::Still { settled } else { then };
        // Of which part and in which size tells several of one page apart.
        let part = record.action.trim_start_matches("a picture of ");
        let title = format!("screenshot of {}: {part}", record.url);
        let summary = format!("{}{state}", record.action);
        return Ok(vec![Evidence { kind: "screenshot", title, bytes, summary, settled, stranger: None }]);
    }
    if matches!(wanted.action, Action::Tabs) && record.done {
        return Ok(Vec::new());
    }
    let first = match wanted.action {
        Action::Log => "log",
        _ => record.action.lines().next().unwrap_or_default(),
    };
    let title = if first.is_empty() {
        format!("page {}", record.url)
    } else {
        format!("{first}: page {}", record.url).trim_end_matches(": page ").to_owned()
    };
    let place = if record.title.is_empty() { &record.url } else { &record.title };
    let piece = Evidence::of(PAGE, record, title, format!("{place:?}{state}"))?;
    Ok(vec![Evidence { settled, ..piece }])
}

/// What of a page can be acted on, so that the next try can name it: what has a name like the wanted one, else the first
/// of all.
pub(super) fn on_offer(lines: &[String], wanted: &str) -> String {
    let name = wanted.split('"').nth(1).unwrap_or(wanted).trim().to_lowercase();
    let is_like = |line: &&str| !name.is_empty() && line.to_lowercase().contains(&name);
    let shown = || lines.iter().map(|line| line.trim_start().trim_start_matches("- "));
    let all: Vec<&str> = shown().filter(|line| line.contains(" [e")).collect();
    let like: Vec<&str> = all.iter().copied().filter(is_like).collect();
    if all.is_empty() {
        return "nothing here can be acted on: `read` shows what there is, `wait` waits for a text"
            .to_owned();
    }
    let there = shown().filter(|line| !line.contains(" [e")).find(is_like);
    let there = there.map(|line| format!("`{line}` is only to be read; ")).unwrap_or_default();
    let (words, named) = if like.is_empty() { ("what can be acted on", &all) } else { ("like it is", &like) };
    let more = named.len().saturating_sub(OFFERED);
    let more = if more > 0 { format!("\n… {more} more: `read` shows them") } else { String::new() };
    let named: Vec<&str> = named.iter().take(OFFERED).copied().collect();
    format!("{there}{words}:\n{}{more}", named.join("\n"))
}

impl Chrome {
    /// The element of a reference, or the only one of a role and name.
    pub async fn find(&mut self, wanted: &str) -> Result<Element, Fault> {
        let wanted = wanted.trim();
        let digits = wanted.trim_matches(['[', ']']).strip_prefix('e').unwrap_or_default();
        if !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()) {
            return self.element(wanted).await;
        }
        let page = self.page()?;
        let look = self.look(&page).await?;
        let shown = look.lines.iter().map(|line| line.trim_start().trim_start_matches("- "));
        let fits = |line: &&str| {
            let rest = line.strip_prefix(wanted);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')) && line.contains(" [e")
        };
        let found: Vec<&str> = shown.filter(fits).collect();
        match found[..] {
            [only] => {
                let reference = only.rsplit_once(" [").map(|(_, end)| end.trim_end_matches(']').to_owned());
                self.element(&reference.unwrap_or_default()).await
            }
            [] => {
                let offer = on_offer(&look.lines, wanted);
                Err(Fault::NotDone(format!(
                    "there is no `{wanted}` on the page that can be acted on; {offer}"
                )))
            }
            _ => Err(Fault::Mistake(format!(
                "`{wanted}` is there {} times: take one by its reference:\n{}",
                found.len(),
                found.join("\n")
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_what_can_be_acted_on_and_first_what_has_such_a_name() {
        let page = [
            "- heading \"Title\" level=1",
            "- textbox \"Book title\" value=\"\" [e1]",
            "  - button \"Save\" [e2]",
        ];
        let page = page.map(str::to_owned);
        assert_eq!(
            on_offer(&page, "Title"),
            "`heading \"Title\" level=1` is only to be read; like it is:\ntextbox \"Book title\" value=\"\" [e1]"
        );
        let all = "what can be acted on:\ntextbox \"Book title\" value=\"\" [e1]\nbutton \"Save\" [e2]";
        assert_eq!(on_offer(&page, "button \"Send\""), all);
        assert_eq!(on_offer(&page, ""), all);
        assert!(on_offer(&page[..1], "button \"Send\"").starts_with("nothing here can be acted on"));
        let many: Vec<String> = (1..=20).map(|n| format!("- button \"B{n}\" [e{n}]")).collect();
        assert!(on_offer(&many, "").ends_with("button \"B12\" [e12]\n… 8 more: `read` shows them"));
    }
}
