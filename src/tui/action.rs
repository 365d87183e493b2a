//! Everything a person can do, by name, and the keys for it that flightdeck comes with. Hints, help, the palette and
//! the configuration read these tables.

macro_rules! actions {
    ($($variant:ident, $hint:literal, $about:literal, $verb:literal;)*) => {
        /// A thing to do. Its name in the configuration and the palette is the variant's: `page-up`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
        #[strum(serialize_all = "kebab-case")]
        pub enum Action {
            $(#[doc = $about] $variant,)*
        }

        impl Action {
            /// A word for a hint.
            pub fn hint(self) -> &'static str {
                match self { $(Self::$variant => $hint,)* }
            }

            /// A sentence for the help.
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => $about,)* }
            }

            /// What does the same on the command line, after `flightdeck`, with what is to be filled in in capitals;
            /// `None` where it is about the screen only.
            pub fn verb(self) -> Option<&'static str> {
                Some(match self { $(Self::$variant => $verb,)* }).filter(|verb| !verb.is_empty())
            }
        }
    };
}

// Action, hint, help, and the verb that does the same.
actions! {
    Up, "up", "move up", "";
    Down, "down", "move down", "";
    Left, "left", "move left", "";
    Right, "right", "move right", "";
    PageUp, "page up", "one page up", "";
    PageDown, "page down", "one page down", "";
    Top, "top", "to the beginning", "";
    Bottom, "end", "to the end", "";
    Open, "open", "open what is selected", "";
    Back, "back", "back to the screen before", "";
    NextPane, "pane", "the next pane or field", "";
    PreviousPane, "pane", "the pane or field before", "";
    PanePlan, "plan", "the plan", "plan";
    PaneWorker, "worker", "what the agent is doing", "transcript ATTEMPT";
    PaneContract, "contract", "the contract", "assertion list";
    PaneTimeline, "timeline", "the timeline", "log";
    Zoom, "zoom", "one pane alone, or all again", "";
    Attention, "needs you", "every decision that waits for you", "status";
    Gate, "gate", "the gate that is open, or the next one", "gate";
    Talk, "talk", "talk with the orchestrator", "talk";
    Workers, "workers", "all attempts and what they do", "transcript";
    Models, "models", "the model of each role", "models";
    Stats, "stats", "time, tokens and money", "stats";
    Missions, "missions", "every mission on this machine", "list";
    Replay, "replay", "go back through the mission", "replay";
    Palette, "commands", "find a command by name", "";
    Help, "help", "the keys of this screen", "help";
    Pause, "pause", "pause the mission, or go on", "pause";
    Go, "GO", "pass this gate", "gate GATE go";
    NoGo, "NO-GO", "refuse this gate, with a note", "gate GATE no-go --note WHY";
    Waive, "waive", "let an assertion pass, with a reason", "gate GATE waive ASSERTION --reason WHY";
    Edit, "edit", "change what an assertion says", "assertion edit ASSERTION";
    Add, "add", "add an assertion", "assertion add ASSERTION --feature FEATURE";
    Retire, "retire", "take an assertion back", "assertion retire ASSERTION --reason WHY";
    Diff, "diff", "what was changed", "diff";
    Findings, "findings", "what was reported", "findings";
    Stop, "stop", "stop an attempt", "stop ATTEMPT";
    Retry, "run again", "resume the mission, so that work runs again", "resume";
    Follow, "follow", "stay at the end, or stop doing so", "";
    Fold, "fold", "fold long output away, or show it", "";
    Search, "search", "search here", "";
    NextMatch, "next", "the next one: a place found, evidence, a gate or failure", "";
    PreviousMatch, "previous", "the one before: a place found, evidence, a gate or failure", "";
    Copy, "copy", "copy what is selected", "";
    Editor, "$EDITOR", "write in your editor: this text, or the whole contract", "";
    Outside, "open outside", "open it in another program", "evidence REF --out FILE";
    Save, "save", "save", "";
    Queue, "send", "send; it is read at the next turn", "say TEXT";
    Interrupt, "interrupt", "send, and break the running turn off", "say --interrupt TEXT";
    NewLine, "new line", "begin a new line", "";
    NextTab, "tab", "the next tab", "";
    PreviousTab, "tab", "the tab before", "";
    NextHunk, "hunk", "the next hunk", "";
    PreviousHunk, "hunk", "the hunk before", "";
    NextFile, "file", "the next file", "";
    PreviousFile, "file", "the file before", "";
    Play, "play", "play, or stop", "";
    Faster, "faster", "play faster", "";
    Slower, "slower", "play slower", "";
    Broadcast, "directive", "tell every agent from now on", "say --to everyone TEXT";
    Land, "land", "merge the mission's branch, once its commands pass", "land";
    Merge, "merge now", "merge the mission's branch now", "land";
    Abandon, "abandon", "end the mission for good, with a reason", "abandon --reason WHY";
    Theme, "theme", "the next theme", "";
    Redraw, "redraw", "draw the screen anew", "";
    Quit, "leave", "leave the console; the mission flies on", "";
}

impl Action {
    /// Every action.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Its name in the configuration and the palette.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A place with keys of its own. Its name in the configuration is the variant's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum Context {
    Global,
    /// Moving about, wherever nothing is typed.
    Move,
    Main,
    Attention,
    Gate,
    Assertion,
    Prompt,
    Talk,
    Attempt,
    Evidence,
    Diff,
    Findings,
    /// The contract as it came from an editor.
    Document,
    Landing,
    Workers,
    Models,
    Stats,
    Missions,
    Replay,
    Palette,
    Help,
    Launcher,
}

impl Context {
    /// Whether letters are text there: then only its own keys hold.
    pub fn is_typed_in(self) -> bool {
        match self {
            Self::Assertion | Self::Prompt | Self::Talk | Self::Document | Self::Palette | Self::Launcher => {
                true
            }
            Self::Global
            | Self::Move
            | Self::Main
            | Self::Attention
            | Self::Gate
            | Self::Attempt
            | Self::Evidence
            | Self::Diff
            | Self::Findings
            | Self::Landing
            | Self::Workers
            | Self::Models
            | Self::Stats
            | Self::Missions
            | Self::Replay
            | Self::Help => false,
        }
    }
}

/// Place, keys, action. Arrows and hjkl both; the first of several is the one that hints show.
pub const DEFAULTS: &[(Context, &str, Action)] = &[
    (Context::Global, "esc", Action::Back),
    (Context::Global, "?", Action::Help),
    (Context::Global, ":", Action::Palette),
    (Context::Global, "a", Action::Attention),
    (Context::Global, "g", Action::Gate),
    (Context::Global, "o", Action::Talk),
    (Context::Global, "W", Action::Workers),
    (Context::Global, "M", Action::Models),
    (Context::Global, "S", Action::Stats),
    (Context::Global, "L", Action::Missions),
    (Context::Global, "R", Action::Replay),
    (Context::Global, "B", Action::Broadcast),
    (Context::Global, "I", Action::Findings),
    (Context::Global, "m", Action::Land),
    (Context::Global, "T", Action::Theme),
    (Context::Global, "ctrl+l", Action::Redraw),
    (Context::Global, "q ctrl+c", Action::Quit),
    (Context::Move, "up k", Action::Up),
    (Context::Move, "down j", Action::Down),
    (Context::Move, "left h", Action::Left),
    (Context::Move, "right l", Action::Right),
    (Context::Move, "pageup ctrl+b", Action::PageUp),
    (Context::Move, "pagedown ctrl+f", Action::PageDown),
    (Context::Move, "home", Action::Top),
    (Context::Move, "end G", Action::Bottom),
    (Context::Move, "enter", Action::Open),
    (Context::Move, "tab", Action::NextPane),
    (Context::Move, "backtab", Action::PreviousPane),
    (Context::Main, "1", Action::PanePlan),
    (Context::Main, "2", Action::PaneWorker),
    (Context::Main, "3", Action::PaneContract),
    (Context::Main, "4", Action::PaneTimeline),
    (Context::Main, "z", Action::Zoom),
    (Context::Main, "e", Action::Edit),
    (Context::Main, "n", Action::Add),
    (Context::Main, "x", Action::Retire),
    (Context::Main, "w", Action::Waive),
    (Context::Main, "d", Action::Diff),
    (Context::Main, "p", Action::Pause),
    (Context::Main, "f", Action::Follow),
    (Context::Main, "F", Action::Fold),
    (Context::Main, "y", Action::Copy),
    (Context::Main, "E", Action::Editor),
    (Context::Gate, "y", Action::Go),
    (Context::Gate, "n", Action::NoGo),
    (Context::Gate, "w", Action::Waive),
    (Context::Gate, "e", Action::Edit),
    (Context::Gate, "d", Action::Diff),
    (Context::Gate, "A", Action::Add),
    (Context::Gate, "]", Action::NextMatch),
    (Context::Gate, "[", Action::PreviousMatch),
    (Context::Gate, "E", Action::Editor),
    (Context::Assertion, "ctrl+s", Action::Save),
    (Context::Assertion, "esc", Action::Back),
    (Context::Assertion, "tab", Action::NextPane),
    (Context::Assertion, "backtab", Action::PreviousPane),
    (Context::Assertion, "ctrl+e", Action::Editor),
    (Context::Assertion, "f1", Action::Help),
    (Context::Prompt, "enter", Action::Save),
    (Context::Prompt, "alt+enter ctrl+enter", Action::NewLine),
    (Context::Prompt, "esc", Action::Back),
    (Context::Prompt, "ctrl+e", Action::Editor),
    (Context::Talk, "enter", Action::Queue),
    (Context::Talk, "ctrl+enter alt+enter", Action::Interrupt),
    (Context::Talk, "ctrl+j shift+enter", Action::NewLine),
    (Context::Talk, "esc", Action::Back),
    (Context::Talk, "tab", Action::NextPane),
    (Context::Talk, "ctrl+e", Action::Editor),
    (Context::Talk, "pageup", Action::PageUp),
    (Context::Talk, "pagedown", Action::PageDown),
    (Context::Talk, "f1", Action::Help),
    (Context::Attempt, "f", Action::Follow),
    (Context::Attempt, "/", Action::Search),
    (Context::Attempt, "n", Action::NextMatch),
    (Context::Attempt, "N", Action::PreviousMatch),
    (Context::Attempt, "z", Action::Fold),
    (Context::Attempt, "y", Action::Copy),
    (Context::Attempt, "tab", Action::NextTab),
    (Context::Attempt, "backtab", Action::PreviousTab),
    (Context::Attempt, "d", Action::Diff),
    (Context::Attempt, "K", Action::Stop),
    (Context::Evidence, "o", Action::Outside),
    (Context::Evidence, "y", Action::Copy),
    (Context::Evidence, "e", Action::Edit),
    (Context::Evidence, "w", Action::Waive),
    (Context::Evidence, "x", Action::Retire),
    (Context::Evidence, "]", Action::NextMatch),
    (Context::Evidence, "[", Action::PreviousMatch),
    (Context::Diff, "]", Action::NextHunk),
    (Context::Diff, "[", Action::PreviousHunk),
    (Context::Diff, "}", Action::NextFile),
    (Context::Diff, "{", Action::PreviousFile),
    (Context::Diff, "y", Action::Copy),
    (Context::Document, "enter ctrl+s", Action::Save),
    (Context::Document, "E ctrl+e", Action::Editor),
    (Context::Document, "esc q", Action::Back),
    (Context::Document, "up k", Action::Up),
    (Context::Document, "down j", Action::Down),
    (Context::Document, "pageup", Action::PageUp),
    (Context::Document, "pagedown", Action::PageDown),
    (Context::Landing, "enter y", Action::Merge),
    (Context::Workers, "K", Action::Stop),
    (Context::Workers, "r", Action::Retry),
    (Context::Workers, "d", Action::Diff),
    (Context::Models, "e", Action::Edit),
    (Context::Replay, "space", Action::Play),
    (Context::Replay, "left h", Action::Left),
    (Context::Replay, "right l", Action::Right),
    (Context::Replay, "]", Action::NextMatch),
    (Context::Replay, "[", Action::PreviousMatch),
    (Context::Replay, "+", Action::Faster),
    (Context::Replay, "-", Action::Slower),
    (Context::Palette, "esc", Action::Back),
    (Context::Palette, "enter", Action::Open),
    (Context::Palette, "up ctrl+p", Action::Up),
    (Context::Palette, "down ctrl+n", Action::Down),
    (Context::Missions, "n", Action::Add),
    (Context::Launcher, "ctrl+s", Action::Save),
    (Context::Launcher, "esc ctrl+c", Action::Quit),
    (Context::Launcher, "ctrl+e", Action::Editor),
    (Context::Launcher, "ctrl+d", Action::Play),
];
