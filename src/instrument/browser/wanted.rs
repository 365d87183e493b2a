//! What a tester can ask of the browser.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

/// What is done in the browser.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(description = "")]
pub struct Wanted {
    /// What to do.
    pub(super) action: Action,
    /// `open`: the whole address, such as `http://localhost:8080/login`.
    pub(super) url: Option<String>,
    /// The element: its reference, such as `e12`, or its role and name as `read` shows them, such as `button "Sign in"`.
    #[serde(rename = "ref")]
    pub(super) element: Option<String>,
    /// `drag`: the element to drop it on.
    pub(super) onto: Option<String>,
    /// `fill`: what the field shall hold. `type`: what is typed where the focus is. `wait`: a text that must appear.
    pub(super) text: Option<String>,
    /// `wait`: a text that must disappear. Without `text` and `gone` it waits until the page has settled.
    pub(super) gone: Option<String>,
    /// `press`: the keys, such as `Enter`, `Ctrl+A`, `ArrowDown`, one after the other; at `ref`, or where the focus is.
    #[serde(default)]
    pub(super) keys: Vec<String>,
    /// `select`: the options to choose, by what they are called.
    #[serde(default)]
    pub(super) options: Vec<String>,
    /// `upload`: files of the checkout, for the file field `ref` or the file chooser that is open.
    #[serde(default)]
    pub(super) files: Vec<String>,
    /// `click`: the button; left when left out.
    pub(super) button: Option<Button>,
    /// `click`: 2 is a double click.
    #[schemars(range(min = 1, max = 3), extend("x-nearest" = true))]
    pub(super) count: Option<u32>,
    /// `evaluate`: an expression of JavaScript that only reads; what it gives is shown as JSON.
    pub(super) script: Option<String>,
    /// `screenshot`: the whole page instead of what the window shows.
    #[serde(default)]
    pub(super) whole_page: bool,
    /// `resize`: the width of the window; 1280 at first.
    #[schemars(range(min = 200, max = 4000), extend("x-nearest" = true))]
    pub(super) width: Option<u32>,
    /// `resize`: the height of the window; 800 at first.
    #[schemars(range(min = 200, max = 4000), extend("x-nearest" = true))]
    pub(super) height: Option<u32>,
    /// `tab`, `close_tab`: its number.
    pub(super) tab: Option<u32>,
    /// How dialogs (confirm, prompt) are answered from now on; `accept` at first.
    pub(super) dialogs: Option<DialogAnswer>,
    /// With `dialogs` `accept`: what is typed into a prompt.
    pub(super) dialog_text: Option<String>,
    /// `open`: whether a bad certificate is overlooked from now on.
    pub(super) any_certificate: Option<bool>,
    /// Seconds to wait at most: 20 to open, 10 to wait and evaluate, 5 for the page to settle after anything else.
    #[schemars(range(min = 1, max = 120), extend("x-nearest" = true))]
    pub(super) seconds: Option<u64>,
}

/// The ways to work a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[schemars(description = "")]
pub(super) enum Action {
    Open,
    Read,
    Click,
    Fill,
    Type,
    Press,
    Select,
    Upload,
    Hover,
    Drag,
    Wait,
    Back,
    Forward,
    Reload,
    Screenshot,
    Evaluate,
    /// Everything that was printed and asked of the network since the last `log`.
    Log,
    Resize,
    Tabs,
    Tab,
    CloseTab,
    /// Ends the browser; the next action starts another one, with an empty profile.
    Close,
}

impl Action {
    /// Its word.
    pub(super) fn word(self) -> &'static str {
        self.into()
    }
}

/// A button of the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(description = "")]
pub(super) enum Button {
    Left,
    Right,
    Middle,
}

/// What a dialog is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(description = "")]
pub(super) enum DialogAnswer {
    Accept,
    Dismiss,
}

impl Wanted {
    /// How long it may take.
    pub(super) fn limit(&self) -> Duration {
        let usual = match self.action {
            Action::Open => 20,
            Action::Wait | Action::Evaluate | Action::Back | Action::Forward | Action::Reload => 10,
            _ => 5,
        };
        Duration::from_secs(self.seconds.unwrap_or(usual))
    }
}
