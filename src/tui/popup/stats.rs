//! Where time, tokens and money went, and where they will go.

use super::prelude::*;
use crate::domain::diff::DiffScope;
use crate::view::header::cost;
use crate::view::share::{TestShare, share_row, test_share};
use crate::view::stats;

/// The page, and how much of the code is tests or why that is not known.
#[derive(Debug, Default)]
pub struct Stats {
    tests: Option<Result<TestShare, String>>,
}

impl Popup for Stats {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        ScreenInfo::named(app, Context::Stats, "Stats")
            .note(cost(&app.mission, app.now))
            .hints([Action::Down, Action::Help, Action::Back])
            .calling(Action::Down, "scroll")
    }

    fn opened(&mut self, _app: &App, _at: &mut Place) -> PopupResult {
        PopupResult::ask(Call::Diff { scope: DiffScope::Mission })
    }

    fn answered(&mut self, _app: &App, _at: &mut Place, _call: &Call, result: &Answer) -> PopupResult {
        self.tests = match result {
            Ok(Reply::Diff { diff }) => Some(Ok(test_share(diff))),
            Ok(_) => None,
            Err(error) => Some(Err(error.to_string())),
        };
        PopupResult::stay()
    }

    fn detail(&self, app: &App, _at: &Place, width: usize) -> Vec<Section> {
        let tests = match &self.tests {
            None => Row::of(StyleRole::Dim, "tests in the code: counting …"),
            Some(Ok(share)) => share_row(*share, width),
            Some(Err(sentence)) => {
                Row::of(StyleRole::Dim, "tests in the code: ").then(StyleRole::Bad, sentence)
            }
        };
        vec![stats::rows(&app.mission, app.now, width, vec![tests]).into()]
    }
}
