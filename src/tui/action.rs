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
    Zoom, "zoom", "one thing alone, or all again: a pane, a picture, what stands above a gate", "";
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
    Waive, "waive", "let an assertion pass, with a reason", "gate GATE waive ASSERTION --note WHY";
    ProveAgain, "prove again", "try again what was proven at an older commit, or take that back", "prove ASSERTION";
    Edit, "edit", "change what an assertion says", "assertion edit ASSERTION";
    Add, "add", "add an assertion", "assertion add ASSERTION --feature FEATURE";
    Retire, "retire", "take an assertion back", "assertion retire ASSERTION --reason WHY";
    Dismiss, "dismiss", "do nothing about a finding, with a reason", "finding dismiss FINDING --reason WHY";
    Defer, "put off", "put a finding off: it stays open", "finding defer FINDING --reason WHY";
    Mend, "mend", "make a fix feature of a finding", "finding mend FINDING";
    Evidence, "evidence", "what proves the assertion, or disproves it", "evidence ASSERTION";
    Recording, "recording", "play what was recorded when the assertion was tried at a terminal", "evidence ASSERTION";
    Diff, "diff", "what was changed", "diff";
    Findings, "findings", "what was reported", "findings";
    Trace, "trace", "follow what was asked for to what was seen, and back", "trace THING";
    Unshown, "not shown", "everything that is not shown, with the reason", "trace --unshown";
    Map, "shows", "say which requirements an assertion shows", "assertion edit ASSERTION --shows REQ-1,REQ-2";
    SetAside, "set aside", "say that a sentence asks for nothing, or that it does", "requirement set-aside REQUIREMENT --reason WHY";
    Stop, "stop", "stop an attempt", "stop ATTEMPT";
    Retry, "run again", "resume the mission, so that work runs again", "resume";
    Follow, "follow", "stay at the end, or stop doing so", "";
    Fold, "fold", "fold long output away, or show it", "";
    Search, "search", "search here", "";
    NextMatch, "next", "the next one: a place found, evidence, a gate or failure", "";
    PreviousMatch, "previous", "the one before: a place found, evidence, a gate or failure", "";
    NextFailure, "next failure", "the next line that failed", "";
    PreviousFailure, "failure", "the line before that failed", "";
    Raw, "as it came", "set the text out, or show it as it came", "";
    Copy, "copy", "copy what is selected", "";
    CopyText, "copy all", "copy the text of it", "";
    Editor, "$EDITOR", "write in your editor: this text, or the whole contract", "";
    Environment, "environment", "how the app is set up, tested and run, in your editor", "environment edit FILE";
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
    Faster, "faster", "play faster; of a picture: look nearer", "";
    Slower, "slower", "play slower; of a picture: look at more of it", "";
    Broadcast, "directive", "tell every agent from now on", "say --to everyone TEXT";
    Land, "land", "merge the mission's branch, once its commands pass", "land";
    Merge, "merge now", "merge the mission's branch now", "land";
    Abandon, "abandon", "end the mission for good, with a reason", "abandon --reason WHY";
    FurtherDown, "more above", "read on in what stands above", "";
    FurtherUp, "back above", "back in what stands above", "";
    Setup, "models here", "what there is on this machine to fly with", "setup";
    Try, "try", "try it with a real call", "setup --try MODEL";
    Keep, "keep", "have every role played by it, and keep that in your settings", "setup --keep MODEL";
    LookAgain, "look again", "look again what there is", "setup";
    Drafts, "drafts", "what you began and have not sent", "";
    Discard, "discard", "throw away what you began here", "";
    Theirs, "take theirs", "put in what others made of this field meanwhile", "";
    Theme, "theme", "the next theme", "";
    Redraw, "redraw", "draw the screen anew", "";
    Quit, "leave", "leave the console; the mission flies on", "";
}

impl Action {
    /// Every action.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Whether it changes the mission, which nobody does any more once that is over.
    pub fn changes_the_mission(self) -> bool {
        matches!(
            self,
            Self::Pause
                | Self::Go
                | Self::NoGo
                | Self::Waive
                | Self::ProveAgain
                | Self::Edit
                | Self::Add
                | Self::Retire
                | Self::Dismiss
                | Self::Defer
                | Self::Mend
                | Self::Map
                | Self::SetAside
                | Self::Stop
                | Self::Retry
                | Self::Broadcast
                | Self::Abandon
        )
    }

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
    Trace,
    /// The contract as it came from an editor.
    Document,
    Confirm,
    Drafts,
    Hold,
    Landing,
    Workers,
    Models,
    Stats,
    Missions,
    Replay,
    Palette,
    Help,
    Launcher,
    Setup,
}

impl Context {
    /// Whether its keys are about the mission that is shown, and not about others.
    pub fn is_of_the_mission(self) -> bool {
        !matches!(self, Self::Missions | Self::Launcher | Self::Setup | Self::Drafts)
    }

    /// Whether letters are text there: then only its own keys hold.
    pub fn is_typed_in(self) -> bool {
        matches!(
            self,
            Self::Assertion | Self::Prompt | Self::Talk | Self::Document | Self::Palette | Self::Launcher
        )
    }
}

macro_rules! default_keys {
    ($($place:ident: $($keys:literal $action:ident),+;)*) => {
        /// Place, keys, action: what holds until the configuration says otherwise.
        pub const DEFAULTS: &[(Context, &str, Action)] =
            &[$($((Context::$place, $keys, Action::$action),)+)*];
    };
}

// Each place with keys and the action that they do, in the order of its help. Of several keys for one action the first
// is the one that hints show.
default_keys! {
    Global: "esc" Back, "?" Help, ":" Palette, "a" Attention, "g" Gate, "o" Talk, "W" Workers, "M" Models,
        "S" Stats, "L" Missions, "R" Replay, "B" Broadcast, "I" Findings, "t" Trace, "v" Evidence, "c" Recording, "m" Land, "V" Environment, "D" Drafts, "T" Theme,
        "ctrl+l" Redraw, "q ctrl+c" Quit;
    Move: "up k" Up, "down j" Down, "left h" Left, "right l" Right, "pageup ctrl+b" PageUp,
        "pagedown ctrl+f" PageDown, "home" Top, "end G" Bottom, "enter" Open, "tab" NextPane,
        "backtab" PreviousPane;
    Main: "1" PanePlan, "2" PaneWorker, "3" PaneContract, "4" PaneTimeline, "z" Zoom, "e" Edit, "n" Add,
        "x" Retire, "w" Waive, "P" ProveAgain, "d" Diff, "p" Pause, "f" Follow, "F" Fold, "y" Copy, "E" Editor;
    Gate: "y" Go, "n" NoGo, "s" Unshown, "t" Trace, "w" Waive, "P" ProveAgain, "e" Edit, "d" Diff, "A" Add, "x" Dismiss, "u" Defer, "f" Mend,
        "z" Zoom, "]" NextMatch, "[" PreviousMatch, "E" Editor, "ctrl+down J" FurtherDown, "ctrl+up K" FurtherUp;
    Assertion: "ctrl+s" Save, "esc" Back, "tab" NextPane, "backtab" PreviousPane, "ctrl+g" Editor,
        "ctrl+t" Theirs, "alt+x" Discard, "f1" Help;
    Prompt: "enter" Save, "alt+enter ctrl+enter" NewLine, "esc" Back, "ctrl+g" Editor, "alt+x" Discard;
    Talk: "enter" Queue, "ctrl+enter alt+enter" Interrupt, "ctrl+j shift+enter" NewLine, "esc" Back,
        "tab" NextPane, "ctrl+g" Editor, "alt+x" Discard, "pageup" PageUp, "pagedown" PageDown, "f1" Help;
    Attempt: "f" Follow, "/" Search, "n" NextMatch, "N" PreviousMatch, "z" Fold, "y" Copy, "tab" NextTab,
        "backtab" PreviousTab, "d" Diff, "K" Stop;
    Evidence: "P" ProveAgain, "o" Outside, "y" Copy, "Y" CopyText, "e" Edit, "w" Waive, "x" Retire, "t" Trace,
        "]" NextMatch, "[" PreviousMatch, "n" NextFailure, "N" PreviousFailure, "z" Zoom, "f" Fold, "r" Raw, "space" Play, "+" Faster, "-" Slower;
    Diff: "]" NextHunk, "[" PreviousHunk, "}" NextFile, "{" PreviousFile, "y" Copy;
    Document: "enter ctrl+s" Save, "E ctrl+g" Editor, "x" Discard, "esc q" Back, "up k" Up, "down j" Down, "pageup" PageUp,
        "pagedown" PageDown;
    Findings: "x" Dismiss, "u" Defer, "f" Mend, "t" Trace;
    Trace: "e" Map, "x" SetAside, "s" Unshown;
    Drafts: "x" Discard;
    Landing: "enter y" Merge;
    Workers: "K" Stop, "r" Retry, "d" Diff;
    Models: "e" Edit;
    Replay: "space" Play, "left h" Left, "right l" Right, "]" NextMatch, "[" PreviousMatch, "+" Faster,
        "-" Slower;
    Palette: "esc" Back, "enter" Open, "up ctrl+p" Up, "down ctrl+n" Down;
    Missions: "n" Add;
    Launcher: "ctrl+s" Save, "esc ctrl+c" Quit, "ctrl+g" Editor, "f2" Play, "f3" Setup;
    Setup: "t" Try, "s" Keep, "r" LookAgain, "f2 p" Play, "esc q ctrl+c" Quit;
}
