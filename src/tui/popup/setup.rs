//! What there is to fly with: what was found on this machine, what each would be good for, a real call to try one, and
//! keeping it. It is the first screen where no model that is set can be used.

use std::collections::BTreeMap;

use super::launcher::{LauncherScreen, Under};
use super::prelude::*;
use crate::tui::options::{ConsoleExit, Launcher};
use crate::view::setup::{Discovery, Mind, rehearsal, rehearsal_row, trial_rows};

/// Rows of the list at most, beside what is said of the selected one.
const MOST_ROWS: usize = 12;

/// What was found, and what came of trying it.
#[derive(Debug)]
pub struct SetupScreen {
    /// None while it is looked for.
    found: Option<Discovery>,
    /// Why what is set cannot be used.
    why: Option<String>,
    trials: BTreeMap<String, Trial>,
    /// Whether one is being written to the settings.
    keeping: bool,
    /// Why the last wish was not done.
    trouble: Option<String>,
    after: After,
}

/// A real call.
#[derive(Debug)]
enum Trial {
    UnderWay,
    Over(Result<String, String>),
}

/// Where the person goes from here.
#[derive(Debug)]
enum After {
    /// Out of the console.
    Leaving,
    /// To the launcher; what was written there is kept.
    Launching { launcher: Box<Launcher>, under: Under, goal: String },
}

impl SetupScreen {
    /// What there is, and nothing behind it.
    pub fn alone() -> Self {
        Self::new(None, After::Leaving)
    }

    /// What there is, before a mission can be begun.
    pub fn before(launcher: Launcher, under: Under, goal: String) -> Self {
        let why = launcher.no_mind.clone();
        Self::new(why, After::Launching { launcher: Box::new(launcher), under, goal })
    }

    fn new(why: Option<String>, after: After) -> Self {
        Self { found: None, why, trials: BTreeMap::new(), keeping: false, trouble: None, after }
    }

    fn minds(&self) -> &[Mind] {
        self.found.as_ref().map_or(&[], |found| &found.minds)
    }

    fn attempt(&mut self, at: &Place) -> PopupResult {
        let Some(mind) = self.minds().get(at.list.selected).cloned() else { return PopupResult::stay() };
        self.trouble = None;
        if let Some(why) = unflown(&mind) {
            return self.refused(why);
        }
        if matches!(self.trials.get(&mind.model), Some(Trial::UnderWay)) {
            return PopupResult::stay();
        }
        self.trials.insert(mind.model.clone(), Trial::UnderWay);
        PopupResult::serve(HostCall::Try(Box::new(mind)))
    }

    fn keep(&mut self, at: &Place) -> PopupResult {
        let Some(mind) = self.minds().get(at.list.selected).cloned() else {
            return self.refused("The rehearsal is not kept: the demo has its own settings.".to_owned());
        };
        self.trouble = None;
        if let Some(why) = unflown(&mind) {
            return self.refused(why);
        }
        let answered = matches!(self.trials.get(&mind.model), Some(Trial::Over(Ok(_))));
        if !mind.is_usable() && !answered {
            let why = "It cannot be used as it is: put right what is wrong with it, and look again.";
            return self.refused(why.to_owned());
        }
        if std::mem::replace(&mut self.keeping, true) {
            return PopupResult::stay();
        }
        PopupResult::serve(HostCall::Keep(Box::new(mind)))
    }

    fn refused(&mut self, why: String) -> PopupResult {
        self.trouble = Some(why);
        PopupResult::stay()
    }

    fn look(&mut self) -> PopupResult {
        self.found = None;
        self.trouble = None;
        self.trials.clear();
        PopupResult::serve(HostCall::LookAround)
    }

    /// Goes back to where the person came from.
    fn leave(&self, app: &App) -> PopupResult {
        match &self.after {
            After::Launching { launcher, under, goal } if launcher.no_mind.is_none() => {
                let screen = LauncherScreen::with_goal(app, (**launcher).clone(), *under, goal);
                PopupResult::stay().and_then(StackAction::Swap(Box::new(screen)))
            }
            After::Launching { under: Under::TheChoice, .. } => PopupResult::close(),
            After::Launching { .. } | After::Leaving => PopupResult::exit(ConsoleExit::Left),
        }
    }

    fn kept(&mut self, app: &App, sentence: &str, now: &Launcher) -> PopupResult {
        let After::Launching { launcher, under, goal } = &mut self.after else {
            return PopupResult::exit(ConsoleExit::Kept(sentence.to_owned()));
        };
        // What lives here does not change with the settings.
        let alive = std::mem::take(&mut launcher.alive);
        **launcher = Launcher { alive, ..now.clone() };
        if now.no_mind.is_some() {
            self.why.clone_from(&now.no_mind);
            return PopupResult::refuse(sentence);
        }
        let screen = LauncherScreen::with_goal(app, (**launcher).clone(), *under, goal);
        PopupResult::say(sentence).and_then(StackAction::Swap(Box::new(screen)))
    }
}

/// Why a mind is only shown.
fn unflown(mind: &Mind) -> Option<String> {
    mind.model.is_empty().then(|| "It cannot be flown: see why below it.".to_owned())
}

impl Popup for SetupScreen {
    fn info(&self, app: &App, at: &Place) -> ScreenInfo {
        let on_a_mind = at.list.selected < self.minds().len();
        let of_mind = if on_a_mind { vec![Action::Try, Action::Keep] } else { Vec::new() };
        ScreenInfo::named(app, Context::Setup, "What is there to fly with?")
            .hints(of_mind)
            .hints([Action::Play, Action::LookAgain, Action::PageDown, Action::Quit, Action::Help])
            .calling(Action::Play, "the rehearsal")
            .calling(Action::PageDown, "read on")
            .calling(Action::Quit, "leave")
    }

    fn head(&self, app: &App) -> Vec<Row> {
        let width = usize::from(inside(app.areas().body).width);
        let why = self.why.iter().flat_map(|why| paragraph(StyleRole::Warn, why, width));
        let found = self.found.as_ref().map_or_else(
            || "Looking for keys, agents and servers on this machine …".to_owned(),
            Discovery::head,
        );
        let mut rows: Vec<Row> = why.chain(paragraph(StyleRole::Text, &found, width)).collect();
        rows.extend(self.trouble.iter().flat_map(|words| paragraph(StyleRole::Bad, words, width)));
        rows
    }

    fn len(&self, _app: &App) -> usize {
        self.minds().len() + 1
    }

    fn rows(&self, _app: &App, seen: Range<usize>) -> Vec<Row> {
        let rows = self.minds().iter().map(Mind::row).chain([rehearsal_row()]);
        rows.skip(seen.start).take(seen.len()).collect()
    }

    fn parts(&self, app: &App, inner: Rect) -> Parts {
        let parts = Parts::under_head(inner, self.head(app).len());
        let rows = u16::try_from(self.len(app).min(MOST_ROWS)).unwrap_or(0);
        let height = rows.min(parts.list.height / 2).max(1).min(parts.list.height);
        let rest = below(parts.list, height);
        let rule = Rect { height: 1.min(rest.height), ..rest };
        let list = Rect { height, ..parts.list };
        Parts { list, rule, detail: below(rest, rule.height), ..parts }
    }

    fn detail(&self, _app: &App, at: &Place, width: usize) -> Vec<Section> {
        let Some(found) = &self.found else { return vec![rehearsal(width).into()] };
        let Some(mind) = found.minds.get(at.list.selected) else {
            let mut rows = rehearsal(width);
            rows.push(Row::new());
            rows.extend(found.nothing_else(width));
            return vec![rows.into()];
        };
        let mut rows = match self.trials.get(&mind.model) {
            Some(Trial::UnderWay) => vec![Row::of(StyleRole::Accent, "a real call is under way …")],
            Some(Trial::Over(outcome)) => trial_rows(outcome, width),
            None => Vec::new(),
        };
        if self.keeping {
            rows.push(Row::of(StyleRole::Accent, "it is being written to your settings …"));
        }
        rows.extend(mind.detail(width));
        vec![rows.into()]
    }

    fn opened(&mut self, _app: &App, _at: &mut Place) -> PopupResult {
        self.look()
    }

    fn act(&mut self, app: &App, at: &mut Place, action: Action) -> PopupResult {
        match action {
            Action::Open if at.list.selected >= self.minds().len() => PopupResult::exit(ConsoleExit::Demo),
            Action::Open | Action::Try => self.attempt(at),
            Action::Keep => self.keep(at),
            Action::LookAgain => self.look(),
            Action::Play => PopupResult::exit(ConsoleExit::Demo),
            Action::Quit | Action::Back => self.leave(app),
            Action::Help | Action::Redraw | Action::Theme => PopupResult::pass(),
            other if SelectionStep::of(other).is_some() => PopupResult::pass(),
            // There is no mission under this screen that another key could be for.
            _ => PopupResult::stay(),
        }
    }

    fn served(&mut self, app: &App, at: &mut Place, call: &HostCall, reply: &HostReply) -> PopupResult {
        match (call, reply) {
            (_, HostReply::Found(found)) => {
                at.list.selected = found.minds.iter().position(Mind::can_fly).unwrap_or(0);
                at.top = 0;
                self.found = Some((**found).clone());
            }
            (HostCall::Try(mind), HostReply::Tried(outcome)) => {
                self.trials.insert(mind.model.clone(), Trial::Over(outcome.clone()));
                at.top = 0;
            }
            (_, HostReply::Kept(Ok(kept))) => {
                self.keeping = false;
                return self.kept(app, &kept.sentence, &kept.launcher);
            }
            (_, HostReply::Kept(Err(why))) => {
                self.keeping = false;
                self.trouble = Some(why.clone());
            }
            (HostCall::LookAround, HostReply::Nothing) => self.found = Some(Discovery::default()),
            (_, HostReply::Nothing | HostReply::Checked(_) | HostReply::Tried(_) | HostReply::Offers(_)) => {}
        }
        PopupResult::stay()
    }
}
