//! The beginning: what should exist, with which models, for how much.

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::frame::around;
use super::{Popup, PopupResult, Typing};
use crate::domain::budget::dollars;
use crate::domain::goal::Goal;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::options::{ConsoleExit, Launch, Launcher};
use crate::tui::widget::text_box::{Active, Height, TextBox};
use crate::view::prose::paragraph;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::text::wrap;

const DRAFT: &str = "goal";

/// What a goal needs.
const ADVICE: &str = "A paragraph is enough: who uses it, what they can do with it, how one would see that it works. \
     The orchestrator asks about the rest, writes the contract and the plan, and waits for your GO before anything is built.";

/// The goal that is being written, and what it would start with.
#[derive(Debug)]
pub struct LauncherScreen {
    launcher: Launcher,
    goal: TextBox,
    trouble: Option<String>,
    under: Under,
    leaving: Leaving,
}

/// Whether the person has been asked if they mean to lose the goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leaving {
    No,
    Asked,
}

/// What Esc goes back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Under {
    Nothing,
    /// The choice among the missions that live here.
    Choice,
}

impl LauncherScreen {
    /// The launcher in a repository.
    pub fn new(launcher: Launcher) -> Self {
        let trouble = launcher.obstacle.clone();
        Self {
            launcher,
            goal: TextBox::new(Height::Many, ""),
            trouble,
            under: Under::Nothing,
            leaving: Leaving::No,
        }
    }

    /// The launcher over the choice among missions; Esc keeps what was written and goes back there.
    pub fn over_choice(launcher: Launcher) -> Self {
        Self { under: Under::Choice, ..Self::new(launcher) }
    }

    fn start(&mut self) -> PopupResult {
        if let Some(obstacle) = &self.launcher.obstacle {
            self.trouble = Some(obstacle.clone());
            return PopupResult::stay();
        }
        let goal = self.goal.text();
        if let Err(error) = Goal::new(&goal) {
            self.trouble = Some(error.to_string());
            return PopupResult::stay();
        }
        let models = self.launcher.models.iter().map(|(role, model, _)| (*role, model.clone())).collect();
        let launch = Launch { goal, models, budget: self.launcher.budget };
        PopupResult::effect(Effect::Exit(ConsoleExit::Launch(Box::new(launch))))
    }

    fn facts(&self, width: usize) -> Vec<Row> {
        let mut rows = vec![
            Row::of(StyleRole::Dim, format!("{:<16}", "repository"))
                .then(StyleRole::Text, format!("{} ⎇ {}", self.launcher.repository, self.launcher.branch)),
        ];
        let budget = self.launcher.budget.micro_dollars.map_or_else(|| "no limit".to_owned(), dollars);
        rows.push(Row::of(StyleRole::Dim, format!("{:<16}", "budget")).then(StyleRole::Text, budget));
        for (role, model, why) in &self.launcher.models {
            rows.push(
                Row::of(StyleRole::Dim, format!("{:<16}", role.to_string()))
                    .then(StyleRole::Text, format!("{model}  "))
                    .then(StyleRole::Dim, why),
            );
        }
        if let Some(trouble) = &self.trouble {
            rows.push(Row::new());
            rows.extend(wrap(trouble, width).into_iter().map(|line| Row::of(StyleRole::Bad, line)));
        }
        rows
    }
}

impl Popup for LauncherScreen {
    fn context(&self) -> Context {
        Context::Launcher
    }

    fn area(&self, app: &App) -> Rect {
        app.areas().body
    }

    fn typing(&self) -> Typing {
        Typing::Yes
    }

    fn word(&self, action: Action) -> &'static str {
        match action {
            Action::Save => "begin the mission",
            Action::Play => "watch the demo",
            Action::Editor => "write it in $EDITOR",
            other => other.hint(),
        }
    }

    fn hints(&self, _app: &App) -> Vec<Action> {
        vec![Action::Save, Action::Editor, Action::Play, Action::Quit]
    }

    fn opened(&mut self, app: &App) -> PopupResult {
        if let Some(draft) = app.drafts.get(DRAFT) {
            self.goal = TextBox::new(Height::Many, draft);
        }
        PopupResult::stay()
    }

    fn act(&mut self, _app: &App, action: Action) -> PopupResult {
        match action {
            Action::Save => self.start(),
            Action::Play => PopupResult::effect(Effect::Exit(ConsoleExit::Demo)),
            Action::Editor => {
                PopupResult::effect(Effect::Edit { text: self.goal.text(), name: "goal.md".to_owned() })
            }
            Action::Quit if self.under == Under::Choice => {
                PopupResult::close().with_draft(DRAFT.to_owned(), Some(self.goal.text()))
            }
            // A goal may be an hour's work, and here is no mission to keep it with.
            Action::Quit if self.leaving == Leaving::No && !self.goal.is_blank() => {
                self.leaving = Leaving::Asked;
                self.trouble =
                    Some("The goal has not been sent: leave once more to throw it away.".to_owned());
                PopupResult::stay()
            }
            Action::Quit => PopupResult::effect(Effect::Exit(ConsoleExit::Left)),
            _ => PopupResult::stay(),
        }
    }

    fn typed(&mut self, _app: &App, key: KeyEvent) -> PopupResult {
        self.goal.key(key);
        self.leaving = Leaving::No;
        self.trouble.clone_from(&self.launcher.obstacle);
        PopupResult::stay()
    }

    fn pasted(&mut self, _app: &App, text: &str) -> PopupResult {
        self.goal.paste(text);
        PopupResult::stay()
    }

    fn edited(&mut self, _app: &App, text: &str) -> PopupResult {
        self.goal = TextBox::new(Height::Many, text.trim_end());
        PopupResult::stay()
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let inner = around(
            app,
            frame,
            area,
            &Row::of(StyleRole::Strong, "What should exist when the mission is over?"),
        );
        let width = usize::from(inner.width);
        let facts = self.facts(width);
        let wanted = u16::try_from(facts.len()).unwrap_or(u16::MAX);
        let advice = paragraph(StyleRole::Dim, ADVICE, width);
        let head = u16::try_from(advice.len() + 1).unwrap_or(0).min(inner.height / 4);
        app.painter().rows(frame.buffer_mut(), Rect { height: head, ..inner }, &advice);
        let room = inner.height.saturating_sub(head);
        let box_height = room.saturating_sub(wanted + 1).clamp(1.min(room), 12.max(room / 3));
        let text = Rect { y: inner.y + head, height: box_height, ..inner };
        self.goal.draw(app, frame, text, Active::Yes);
        let rest = Rect { y: text.bottom() + 1, height: room.saturating_sub(box_height + 1), ..inner };
        let rest = rest.intersection(inner);
        app.painter().rows(frame.buffer_mut(), rest, &facts);
    }
}
