//! Why something was not done in the browser.

/// Why something was not done in the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// The tester asked for what makes no sense.
    Mistake(String),
    /// The page does not let it be done, which is something that was seen of the app.
    NotDone(String),
    /// The browser refused a command, in its own words.
    Refused(String),
    /// The page gave no answer in time.
    Silent,
    /// The page crashed.
    Crashed,
    /// The browser has ended.
    Gone,
}

impl Fault {
    /// A mistake with more of what can be done about it; any other as it is.
    pub fn adding(self, words: &str) -> Self {
        if let Self::Mistake(said) = self { Self::Mistake(format!("{said}; {words}")) } else { self }
    }

    /// A refusal that says that a page's world is there no more.
    pub fn is_of_an_older_page(&self) -> bool {
        let words = ["context", "Could not find object", "does not belong to the document", "No frame"];
        matches!(self, Self::Refused(said) if words.iter().any(|word| said.contains(word)))
    }
}
