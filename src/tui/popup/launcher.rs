//! The beginning: what should exist, with which models, for how much.

use super::prelude::*;
use super::setup::SetupScreen;
use super::writing::OneText;
use crate::domain::budget::dollars;
use crate::domain::goal::Goal;
use crate::tui::drafts::{DraftChange, Subject};
use crate::tui::options::{ConsoleExit, Launch, Launcher};
use crate::tui::widget::text_box::Active;
use crate::view::card;

/// What a goal needs.
const ADVICE: &str = "A paragraph is enough: who uses it, what they can do with it, how one would see that it works. \
     The orchestrator asks about the rest, writes the contract and the plan, and waits for your GO before anything is built.";

/// Missions that wait to be landed of which the launcher speaks; `L` and `list` have them all.
const UNLANDED: usize = 3;

/// What lies under a screen of the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Under {
    Nothing,
    /// The choice among the missions that live here.
    TheChoice,
}

/// The screen on which a mission begins: what there is to fly with where nothing that is set can be used, else the
/// launcher.
pub fn doorstep(app: &App, launcher: Launcher, under: Under) -> Box<dyn Popup> {
    if launcher.no_mind.is_some() {
        return Box::new(SetupScreen::before(launcher, under, String::new()));
    }
    Box::new(LauncherScreen::new(app, launcher, under))
}

/// The goal that is being written, and what it would start with.
#[derive(Debug)]
pub struct LauncherScreen {
    launcher: Launcher,
    goal: OneText,
    trouble: Option<String>,
    /// Where Esc goes back to.
    under: Under,
    /// Whether the person has been asked if they mean to lose the goal.
    asked: bool,
    /// Whether they have been told that a model has no price.
    told: bool,
}

impl LauncherScreen {
    /// The launcher in a repository; a goal that was begun is there again.
    pub fn new(app: &App, launcher: Launcher, under: Under) -> Self {
        let trouble = launcher.obstacle.clone();
        let goal = OneText::new(app, Subject::Goal, "goal.md");
        Self { launcher, goal, trouble, under, asked: false, told: false }
    }

    /// The launcher with what was written in it before.
    pub fn with_goal(app: &App, launcher: Launcher, under: Under, goal: &str) -> Self {
        let mut screen = Self::new(app, launcher, under);
        if !goal.is_empty() {
            screen.goal.replace(goal);
        }
        screen
    }

    /// What there is to fly with; what is written here is there again afterwards.
    fn set_up(&self) -> PopupResult {
        let screen = SetupScreen::before(self.launcher.clone(), self.under, self.goal.text());
        PopupResult::stay().and_then(StackAction::Swap(Box::new(screen)))
    }

    fn start(&mut self) -> PopupResult {
        let goal = self.goal.text();
        let refused = Goal::new(&goal).err().map(|error| error.to_string());
        if let Some(trouble) = self.launcher.obstacle.clone().or(refused) {
            self.trouble = Some(trouble);
            return PopupResult::stay();
        }
        if let (Some(words), false) = (&self.launcher.unpriced, self.told) {
            self.told = true;
            self.trouble = Some(format!("{words}. Begin once more to fly it like that."));
            return PopupResult::stay();
        }
        let models = self.launcher.models.iter().map(|(role, model, _)| (*role, model.clone())).collect();
        let launch = Launch { goal, models, budget: self.launcher.budget };
        PopupResult::exit(ConsoleExit::Launch(Box::new(launch)))
    }

    /// Leaves. A goal may be an hour's work, and here is no mission to keep it with.
    fn leave(&mut self) -> PopupResult {
        let draft = self.goal.draft();
        if self.under == Under::TheChoice {
            return PopupResult::close().with_draft(draft);
        }
        if !self.asked && matches!(draft, Some(DraftChange::Keep(..))) {
            self.asked = true;
            self.trouble = Some("The goal has not been sent: leave once more to throw it away.".to_owned());
            return PopupResult::stay();
        }
        PopupResult::exit(ConsoleExit::Left)
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
        for card in self.launcher.unlanded.iter().take(UNLANDED) {
            let words = format!("“{}” {}", card.title, card::unlanded(card));
            rows.extend(paragraph(StyleRole::Warn, &words, width));
        }
        if let Some(trouble) = &self.trouble {
            rows.push(Row::new());
            rows.extend(paragraph(StyleRole::Bad, trouble, width));
        }
        rows
    }
}

impl Popup for LauncherScreen {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        ScreenInfo::named(app, Context::Launcher, "What should exist when the mission is over?")
            .hints([Action::Save, Action::Editor, Action::Setup, Action::Play, Action::Quit])
            .calling(Action::Save, "begin the mission")
            .calling(Action::Editor, "write it in $EDITOR")
            .calling(Action::Play, "watch the demo")
    }

    fn writing(&mut self) -> Option<&mut dyn Writing> {
        Some(&mut self.goal)
    }

    fn act(&mut self, _app: &App, _at: &mut Place, action: Action) -> PopupResult {
        match action {
            Action::Save => self.start(),
            Action::Play => PopupResult::exit(ConsoleExit::Demo),
            Action::Setup => self.set_up(),
            Action::Quit => self.leave(),
            Action::Editor => PopupResult::pass(),
            _ => PopupResult::stay(),
        }
    }

    fn opened(&mut self, _app: &App, _at: &mut Place) -> PopupResult {
        if self.launcher.models.is_empty() {
            PopupResult::stay()
        } else {
            PopupResult::serve(HostCall::CheckModels)
        }
    }

    fn served(&mut self, _app: &App, _at: &mut Place, _call: &HostCall, reply: &HostReply) -> PopupResult {
        let HostReply::Checked(Some(why)) = reply else { return PopupResult::stay() };
        self.launcher.obstacle = Some(why.clone());
        self.trouble = Some(why.clone());
        if !self.goal.text.is_blank() {
            return PopupResult::stay();
        }
        // Nothing is written yet: what else there is to fly with comes first.
        self.launcher.no_mind = Some(why.clone());
        self.launcher.obstacle = None;
        self.set_up()
    }

    fn written(&mut self, _app: &App, _at: &mut Place) -> PopupResult {
        self.asked = false;
        self.trouble.clone_from(&self.launcher.obstacle);
        PopupResult::stay()
    }

    fn draw(&self, _app: &App, _at: &Place, painter: &mut Painter<'_>, info: &ScreenInfo) {
        let inner = painter.framed(info.area, &info.title);
        let width = usize::from(inner.width);
        let facts = self.facts(width);
        let advice = paragraph(StyleRole::Dim, ADVICE, width);
        let small = |rows: usize| u16::try_from(rows).unwrap_or(u16::MAX);
        let head = small(advice.len() + 1).min(inner.height / 4);
        painter.rows(Rect { height: head, ..inner }, &advice);
        let rest = below(inner, head);
        let wanted = rest.height.saturating_sub(small(facts.len() + 1));
        let height = wanted.clamp(1.min(rest.height), 12.max(rest.height / 3));
        self.goal.text.draw(painter, Rect { height, ..rest }, Active::Yes);
        painter.rows(below(rest, height + 1), &facts);
    }
}
