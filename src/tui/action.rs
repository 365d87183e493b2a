//! Everything a person can do, by name. Hints, help, the palette and the configuration speak of actions;
//! [`crate::tui::keymap`] says which key does which.

macro_rules! actions {
    ($($variant:ident, $name:literal, $hint:literal, $about:literal;)*) => {
        /// A thing to do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action {
            $(#[doc = $about] $variant,)*
        }

        impl Action {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name in the configuration and the palette.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// A word for a hint.
            pub fn hint(self) -> &'static str {
                match self { $(Self::$variant => $hint,)* }
            }

            /// A sentence for the help.
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => $about,)* }
            }
        }
    };
}

actions! {
    Up, "up", "up", "move up";
    Down, "down", "down", "move down";
    Left, "left", "left", "move left";
    Right, "right", "right", "move right";
    PageUp, "page-up", "page up", "one page up";
    PageDown, "page-down", "page down", "one page down";
    Top, "top", "top", "to the beginning";
    Bottom, "bottom", "end", "to the end";
    Open, "open", "open", "open what is selected";
    Back, "back", "back", "back to the screen before";
    NextPane, "next-pane", "pane", "the next pane or field";
    PreviousPane, "previous-pane", "pane", "the pane or field before";
    PanePlan, "pane-plan", "plan", "the plan";
    PaneWorker, "pane-worker", "worker", "what the agent is doing";
    PaneContract, "pane-contract", "contract", "the contract";
    PaneTimeline, "pane-timeline", "timeline", "the timeline";
    Zoom, "zoom", "zoom", "one pane alone, or all again";
    Attention, "attention", "needs you", "every decision that waits for you";
    Gate, "gate", "gate", "the gate that is open, or the next one";
    Talk, "talk", "talk", "talk with the orchestrator";
    Workers, "workers", "workers", "all attempts and what they do";
    Models, "models", "models", "the model of each role";
    Stats, "stats", "stats", "time, tokens and money";
    Missions, "missions", "missions", "every mission on this machine";
    Replay, "replay", "replay", "go back through the mission";
    Palette, "palette", "commands", "find a command by name";
    Help, "help", "help", "the keys of this screen";
    Pause, "pause", "pause", "pause the mission, or go on";
    Go, "go", "GO", "pass this gate";
    NoGo, "no-go", "NO-GO", "refuse this gate, with a note";
    Waive, "waive", "waive", "let an assertion pass, with a reason";
    Edit, "edit", "edit", "change what an assertion says";
    Add, "add", "add", "add an assertion";
    Retire, "retire", "retire", "take an assertion back";
    Diff, "diff", "diff", "what was changed";
    Findings, "findings", "findings", "what was reported";
    Stop, "stop", "stop", "stop an attempt";
    Retry, "retry", "run again", "resume the mission, so that work runs again";
    Follow, "follow", "follow", "stay at the end, or stop doing so";
    Fold, "fold", "fold", "fold long output away, or show it";
    Search, "search", "search", "search here";
    NextMatch, "next-match", "next", "the next one: a place found, evidence, a gate or failure";
    PreviousMatch, "previous-match", "previous", "the one before: a place found, evidence, a gate or failure";
    Copy, "copy", "copy", "copy what is selected";
    Editor, "editor", "$EDITOR", "write in your editor: this text, or the whole contract";
    Outside, "outside", "open outside", "open it in another program";
    Save, "save", "save", "save";
    Queue, "queue", "send", "send; it is read at the next turn";
    Interrupt, "interrupt", "interrupt", "send, and break the running turn off";
    NewLine, "new-line", "new line", "begin a new line";
    NextTab, "next-tab", "tab", "the next tab";
    PreviousTab, "previous-tab", "tab", "the tab before";
    NextHunk, "next-hunk", "hunk", "the next hunk";
    PreviousHunk, "previous-hunk", "hunk", "the hunk before";
    NextFile, "next-file", "file", "the next file";
    PreviousFile, "previous-file", "file", "the file before";
    Play, "play", "play", "play, or stop";
    Faster, "faster", "faster", "play faster";
    Slower, "slower", "slower", "play slower";
    Broadcast, "broadcast", "directive", "tell every agent from now on";
    Land, "land", "land", "merge the mission's branch, once its commands pass";
    Merge, "merge", "merge now", "merge the mission's branch now";
    Abandon, "abandon", "abandon", "end the mission for good, with a reason";
    Theme, "theme", "theme", "the next theme";
    Redraw, "redraw", "redraw", "draw the screen anew";
    Quit, "quit", "leave", "leave the console; the mission flies on";
}

impl Action {
    /// An action by its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.name() == name)
    }

    /// What does the same on the command line, after `flightdeck`, with what is to be filled in in capitals; `None`
    /// where it is about the screen only.
    pub fn verb(self) -> Option<&'static str> {
        Some(match self {
            Self::Attention => "status",
            Self::PanePlan => "plan",
            Self::PaneWorker => "transcript ATTEMPT",
            Self::PaneContract => "assertion list",
            Self::PaneTimeline => "log",
            Self::Workers => "transcript",
            Self::Stats => "stats",
            Self::Findings => "findings",
            Self::Gate => "gate",
            Self::Go => "gate GATE go",
            Self::NoGo => "gate GATE no-go --note WHY",
            Self::Waive => "gate GATE waive ASSERTION --reason WHY",
            Self::Talk => "talk",
            Self::Queue => "say TEXT",
            Self::Interrupt => "say --interrupt TEXT",
            Self::Broadcast => "say --to everyone TEXT",
            Self::Models => "models",
            Self::Missions => "list",
            Self::Replay => "replay",
            Self::Pause => "pause",
            Self::Retry => "resume",
            Self::Stop => "stop ATTEMPT",
            Self::Edit => "assertion edit ASSERTION",
            Self::Add => "assertion add ASSERTION --feature FEATURE",
            Self::Retire => "assertion retire ASSERTION --reason WHY",
            Self::Diff => "diff",
            Self::Outside => "evidence REF --out FILE",
            Self::Land | Self::Merge => "land",
            Self::Abandon => "abandon --reason WHY",
            Self::Help => "help",
            _ => return None,
        })
    }
}
