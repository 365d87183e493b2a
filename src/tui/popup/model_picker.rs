//! Chooses the model of a role: what the providers offer, found by a few letters; any other name can be typed.

use super::prelude::*;
use super::writing::{Query, Sending};
use crate::domain::attempt::Role;
use crate::domain::text::Title;
use crate::view::models::{Offered, Provider, doubt, offered_row};

/// What is offered, and what was typed.
#[derive(Debug)]
pub struct ModelPicker {
    role: Role,
    query: Query,
    /// None while they are asked.
    providers: Option<Vec<Provider>>,
    sending: Sending,
}

impl ModelPicker {
    /// The models for a role.
    pub fn new(role: Role) -> Self {
        Self { role, query: Query::default(), providers: None, sending: Sending::default() }
    }

    /// What is offered and has all the words that were typed.
    fn found(&self) -> Vec<&Offered> {
        let typed = self.query.text().to_lowercase();
        let words: Vec<&str> = typed.split_whitespace().collect();
        let fits = |offered: &&Offered| {
            let name = offered.model.to_lowercase();
            words.iter().all(|word| name.contains(word))
        };
        let offered = self.providers.iter().flatten().filter_map(|provider| provider.models.as_ref().ok());
        offered.flatten().filter(fits).collect()
    }

    /// What was typed, where it is a whole name that stands for itself.
    fn typed(&self) -> Option<String> {
        let typed = self.query.text().trim().to_owned();
        let is_name =
            typed.split_once('/').is_some_and(|(provider, model)| !provider.is_empty() && !model.is_empty());
        let is_listed = || self.found().iter().any(|offered| offered.model == typed);
        (is_name && !typed.contains(char::is_whitespace) && !is_listed()).then_some(typed)
    }

    fn chosen(&self, at: &Place) -> Option<String> {
        let found = self.found();
        let listed = found.get(at.list.selected).map(|offered| offered.model.clone());
        listed.or_else(|| self.typed())
    }

    fn choose(&mut self, model: &str) -> PopupResult {
        match Title::new(model) {
            Ok(model) => {
                let done = format!("the next {} uses {model}", self.role);
                self.sending.order(Command::ChooseModel { role: self.role, model }, done)
            }
            Err(error) => self.sending.refused(&error),
        }
    }

    /// What is said above the list: the doubt about what was typed, or who does not say what they offer.
    fn note(&self) -> Row {
        if let Some((style, words)) = &self.sending.below {
            return Row::of(*style, words);
        }
        let Some(providers) = &self.providers else {
            return Row::of(StyleRole::Dim, "asking the providers what they offer …");
        };
        if let Some(doubt) = self.typed().and_then(|typed| doubt(&typed, providers)) {
            return Row::of(StyleRole::Warn, doubt);
        }
        let silent = providers.iter().find_map(|provider| provider.models.as_ref().err());
        silent.map_or_else(Row::new, |why| Row::of(StyleRole::Dim, why))
    }
}

impl Popup for ModelPicker {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        ScreenInfo::named(app, Context::Palette, format!("Model of the {}", self.role))
            .note("from the next attempt on")
            .hints([Action::Open, Action::Up, Action::Down, Action::Back])
            .calling(Action::Open, "choose")
            .empty("nothing that is offered is called like that; provider/model is taken as you type it")
            .boxed(118, 26)
    }

    fn writing(&mut self) -> Option<&mut dyn Writing> {
        Some(&mut self.query)
    }

    fn head(&self, _app: &App) -> Vec<Row> {
        vec![Row::new(), self.note()]
    }

    fn draw(&self, app: &App, at: &Place, painter: &mut Painter<'_>, info: &ScreenInfo) {
        super::base::draw(self, app, at, painter, info);
        let head = self.parts(app, inside(info.area)).head;
        self.query.draw(painter, Rect { height: 1.min(head.height), ..head }, "> ");
    }

    fn len(&self, _app: &App) -> usize {
        self.found().len() + usize::from(self.typed().is_some())
    }

    fn rows(&self, app: &App, seen: Range<usize>) -> Vec<Row> {
        let found = self.found();
        let offered = found.iter().map(|offered| offered_row(offered, &app.mission));
        let typed = self
            .typed()
            .map(|name| Row::of(StyleRole::Accent, name).then(StyleRole::Dim, "  as you typed it"));
        offered.chain(typed).skip(seen.start).take(seen.len()).collect()
    }

    fn opened(&mut self, _app: &App, _at: &mut Place) -> PopupResult {
        PopupResult::serve(HostCall::Offers)
    }

    fn act(&mut self, _app: &App, at: &mut Place, action: Action) -> PopupResult {
        if action != Action::Open {
            return PopupResult::pass();
        }
        match self.chosen(at) {
            Some(model) if !self.sending.sent => self.choose(&model),
            Some(_) | None => PopupResult::stay(),
        }
    }

    fn written(&mut self, _app: &App, at: &mut Place) -> PopupResult {
        *at = Place::default();
        self.sending = Sending::default();
        PopupResult::stay()
    }

    fn answered(&mut self, _app: &App, _at: &mut Place, call: &Call, result: &Answer) -> PopupResult {
        match (call, result) {
            (Call::Command { .. }, Ok(_)) => PopupResult::close(),
            (_, Err(error)) => self.sending.refused(error),
            (_, Ok(_)) => PopupResult::stay(),
        }
    }

    fn served(&mut self, _app: &App, _at: &mut Place, _call: &HostCall, reply: &HostReply) -> PopupResult {
        self.providers = Some(match reply {
            HostReply::Offers(providers) => providers.clone(),
            HostReply::Nothing
            | HostReply::Found(_)
            | HostReply::Checked(_)
            | HostReply::Tried(_)
            | HostReply::Kept(_) => Vec::new(),
        });
        PopupResult::stay()
    }
}
