//! What the person began and has not sent: each can be gone on with or thrown away. Leaving the console asks here when
//! there is any.

use super::assertion::AssertionScreen;
use super::findings::decision_on;
use super::prelude::*;
use super::prompt::{Prompt, Purpose};
use super::talk::Talk;
use crate::domain::id::FindingId;
use crate::tui::drafts::{Draft, DraftChange, Keeping, Subject};
use crate::tui::options::ConsoleExit;
use crate::view::text::{ago, first_line, plural};

/// Cells that the screen is wide.
const WIDTH: u16 = 84;

/// The list of drafts.
#[derive(Debug)]
pub struct DraftsScreen {
    reason: Reason,
    /// The draft of which the person was asked whether it is to be thrown away.
    asked: Option<Subject>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    /// The person wants to see them.
    Looking,
    /// The person wants to leave.
    Leaving,
}

impl DraftsScreen {
    /// The drafts there are.
    pub fn looking() -> Self {
        Self { reason: Reason::Looking, asked: None }
    }

    /// The same, before the console is left.
    pub fn leaving() -> Self {
        Self { reason: Reason::Leaving, asked: None }
    }

    /// What becomes of them when the console is left, or what the next key throws away.
    fn sentence(&self, app: &App) -> (StyleRole, String) {
        if let Some(subject) = &self.asked {
            let key = app.keymap.key_of(&[Context::Drafts], Action::Discard);
            let key = key.map_or_else(String::new, |key| key.to_string());
            return (StyleRole::Warn, format!("{key} once more throws {} away.", subject.words()));
        }
        match &app.drafts.keeping {
            Keeping::Yes => {
                let kept = "They are kept: this mission's console on this machine has them again.";
                (StyleRole::Dim, kept.to_owned())
            }
            Keeping::No => (StyleRole::Warn, "They are lost when you leave.".to_owned()),
            Keeping::Failed(why) => {
                (StyleRole::Bad, format!("They could not be kept, and are lost when you leave: {why}"))
            }
        }
    }

    fn discard(&mut self, subject: &Subject) -> PopupResult {
        if self.asked.as_ref() != Some(subject) {
            self.asked = Some(subject.clone());
            return PopupResult::stay();
        }
        self.asked = None;
        PopupResult::say(format!("{} is thrown away", subject.words()))
            .with_draft(DraftChange::Discard(subject.clone()))
    }
}

impl Popup for DraftsScreen {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        let count = plural(self.len(app), "draft");
        let (title, leave) = match self.reason {
            Reason::Looking => ("Drafts".to_owned(), None),
            Reason::Leaving => (format!("Leave with {count}?"), Some(Action::Quit)),
        };
        let below = paragraph(StyleRole::Dim, &self.sentence(app).1, usize::from(WIDTH) - 2).len() + 1;
        ScreenInfo::named(app, Context::Drafts, title)
            .hints(leave.into_iter().chain([Action::Open, Action::Discard, Action::Back]))
            .calling(Action::Open, "go on with it")
            .empty("Nothing was begun.")
            .fitting(WIDTH, self.len(app).max(1) + below)
    }

    fn len(&self, app: &App) -> usize {
        app.drafts.len()
    }

    fn rows(&self, app: &App, seen: Range<usize>) -> Vec<Row> {
        let drafts = app.drafts.iter().skip(seen.start).take(seen.len());
        drafts.map(|(subject, draft)| row(app, subject, draft)).collect()
    }

    fn parts(&self, app: &App, inner: Rect) -> Parts {
        let below_list = paragraph(StyleRole::Dim, &self.sentence(app).1, usize::from(inner.width)).len() + 1;
        let foot = u16::try_from(below_list).unwrap_or(u16::MAX).min(inner.height.saturating_sub(1));
        let list = Rect { height: inner.height - foot, ..inner };
        Parts { list, detail: below(inner, list.height), ..Parts::default() }
    }

    fn detail(&self, app: &App, _at: &Place, width: usize) -> Vec<Section> {
        let (style, sentence) = self.sentence(app);
        vec![std::iter::once(Row::new()).chain(paragraph(style, &sentence, width)).collect::<Vec<_>>().into()]
    }

    fn act(&mut self, app: &App, at: &mut Place, action: Action) -> PopupResult {
        at.list.selected = at.list.selected.min(app.drafts.len().saturating_sub(1));
        let selected = app.drafts.iter().nth(at.list.selected).map(|(subject, _)| subject.clone());
        match (action, selected) {
            (Action::Quit, _) if self.reason == Reason::Leaving => PopupResult::exit(ConsoleExit::Left),
            (Action::Open, Some(subject)) => resume(app, subject),
            (Action::Discard, Some(subject)) => self.discard(&subject),
            (Action::Open | Action::Discard, None) => PopupResult::stay(),
            _ => {
                self.asked = None;
                PopupResult::pass()
            }
        }
    }
}

/// One draft: what it is about, when it was written, how it begins.
fn row(app: &App, subject: &Subject, draft: &Draft) -> Row {
    let begins = match subject {
        // Their texts begin with the names of fields.
        Subject::Assertion(_) | Subject::NewAssertion | Subject::Contract | Subject::Environment => "",
        _ => first_line(&draft.text),
    };
    Row::of(StyleRole::Text, format!("{:<30} ", subject.words()))
        .then(StyleRole::Dim, begins)
        .end(StyleRole::Dim, ago(app.clock.since(draft.at)))
}

/// The screen on which a draft was written takes the place of this one.
fn resume(app: &App, subject: Subject) -> PopupResult {
    let prompt = |purpose| -> Box<dyn Popup> { Box::new(Prompt::new(app, purpose)) };
    let screen: Box<dyn Popup> = match subject {
        Subject::Assertion(id) => Box::new(AssertionScreen::edit(app, &id)),
        Subject::NewAssertion => Box::new(AssertionScreen::add(app)),
        Subject::NoGo(gate) => prompt(Purpose::NoGo(gate)),
        Subject::Waive(id) => prompt(Purpose::Waive(id)),
        Subject::Retire(id) => prompt(Purpose::Retire(id)),
        Subject::Map(id) => prompt(Purpose::Map(id)),
        Subject::SetAside(id) => prompt(Purpose::SetAside(id)),
        Subject::Dismiss(id) => return on_finding(app, id, Action::Dismiss),
        Subject::Defer(id) => return on_finding(app, id, Action::Defer),
        Subject::Mend(id) => return on_finding(app, id, Action::Mend),
        Subject::Model(role) => prompt(Purpose::Model(role)),
        Subject::Directive => prompt(Purpose::Broadcast),
        Subject::Budget => prompt(Purpose::Budget),
        Subject::Abandon => prompt(Purpose::Abandon),
        Subject::Message => Box::new(Talk::new(app)),
        Subject::Contract => return PopupResult::stay().and_then(StackAction::Perform(Action::Editor)),
        Subject::Environment => {
            return PopupResult::stay().and_then(StackAction::Perform(Action::Environment));
        }
        // The box for the goal lies below.
        Subject::Goal => return PopupResult::close(),
    };
    PopupResult::stay().and_then(StackAction::Swap(screen))
}

fn on_finding(app: &App, id: FindingId, action: Action) -> PopupResult {
    decision_on(app, id, action).map_or_else(PopupResult::close, |prompt| {
        PopupResult::stay().and_then(StackAction::Swap(Box::new(prompt)))
    })
}
