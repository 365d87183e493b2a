//! A goal cut into sentences and list items: by its layout first, then by the ends of sentences. The same text always
//! gives the same pieces, so that their numbers can be relied on.

use super::MOST;

/// Abbreviations that never end a sentence.
const JOINING: &[&str] = &[
    "e.g", "i.e", "z.b", "d.h", "u.a", "p.ej", "vs", "cf", "mr", "mrs", "ms", "dr", "prof", "fig", "approx",
    "resp", "incl", "bzw", "ca", "nr",
];
/// Abbreviations that end a sentence only before a word that begins one.
const TRAILING: &[&str] =
    &["etc", "usw", "no", "min", "max", "sec", "st", "inc", "ltd", "jr", "sr", "vol", "ex", "al"];
/// Ends of sentences that need no space behind them.
const WIDE_ENDS: &[char] = &['。', '！', '？', '｡'];
const ENDS: &[char] = &['.', '!', '?', '…', '؟', '।', '۔', '։'];
/// What may stand between the end of a sentence and the space behind it.
const CLOSERS: &[char] = &[')', ']', '"', '\'', '”', '’', '»', '」', '』', '）', '*', '_', '`'];
/// Signs of a list's items.
const BULLETS: &[char] = &['-', '*', '+', '•', '‣', '·', '–', '◦'];

/// The pieces of a goal, at most [`MOST`].
pub(super) fn sentences_of(goal: &str) -> Vec<String> {
    let read = Reader::read(goal);
    let fine = pieces(&read.blocks, sentences);
    let mut all = if fine.len() > MOST {
        // A goal of hundreds of sentences is told apart by its paragraphs and list items.
        pieces(&read.blocks, |text| vec![text.trim().to_owned()])
    } else {
        fine
    };
    if all.is_empty() {
        all = read.headings;
    }
    if all.len() > MOST {
        let rest = all.split_off(MOST - 1);
        all.push(rest.join("\n"));
    }
    all
}

/// A paragraph or an item of a list.
#[derive(Debug, Default)]
struct Block {
    /// 0 for a paragraph; for an item one more than the columns it is set in by.
    depth: usize,
    text: String,
    /// Code that stands below it and belongs to it.
    code: String,
    is_row: bool,
}

/// The pieces of blocks. A line that leads to a list stands before each of its items, which say little alone.
fn pieces(blocks: &[Block], cut: impl Fn(&str) -> Vec<String>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut leads: Vec<(usize, String)> = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        leads.retain(|(depth, _)| *depth < block.depth);
        let mut cut = cut(&block.text);
        let leads_on = blocks.get(index + 1).is_some_and(|next| next.depth > block.depth);
        let lead = cut.pop_if(|last| leads_on && last.ends_with([':', '：']));
        let before = leads.iter().map(|(_, lead)| format!("{lead} ")).collect::<Vec<_>>().concat();
        let mut own: Vec<String> = cut.into_iter().map(|text| before.clone() + &text).collect();
        if !block.code.is_empty() {
            match own.last_mut() {
                Some(last) => *last += &format!("\n{}", block.code.trim_end()),
                None => own.push(block.code.trim_end().to_owned()),
            }
        }
        own.retain(|text| text.chars().any(char::is_alphanumeric));
        for text in own {
            if !found.contains(&text) {
                found.push(text);
            }
        }
        leads.extend(lead.map(|lead| (block.depth, lead)));
    }
    found
}

/// Reads the layout of Markdown, as far as people write it in a goal.
#[derive(Debug, Default)]
struct Reader {
    blocks: Vec<Block>,
    headings: Vec<String>,
    /// Whether the next line goes on with the last block.
    is_open: bool,
    after_blank: bool,
    fence: Option<&'static str>,
    in_comment: bool,
}

impl Reader {
    fn read(goal: &str) -> Self {
        let mut reader = Self::default();
        for raw in goal.lines() {
            reader.line(raw);
        }
        reader
    }

    fn line(&mut self, raw: &str) {
        let line = raw.trim_start().strip_prefix('>').map_or(raw, str::trim_start);
        let text = line.trim();
        let indent: usize =
            line.chars().take_while(|c| c.is_whitespace()).map(|c| if c == '\t' { 4 } else { 1 }).sum();
        if self.is_aside(raw, text) {
            return;
        }
        if text.is_empty() {
            self.is_open = false;
            self.after_blank = true;
            return;
        }
        if let Some(item) = item(text) {
            self.open(indent + 1, item);
        } else if text.starts_with('|') {
            self.row(text);
        } else if let Some(heading) = heading(text) {
            self.is_open = false;
            self.headings.push(heading.to_owned());
        } else if text.len() > 2 && text.chars().all(|c| matches!(c, '=' | '-' | '*' | '_')) {
            self.underline();
        } else if let Some(last) = self.blocks.last_mut().filter(|_| self.is_open) {
            last.text += &format!(" {text}");
        } else {
            // A paragraph that is set in belongs to the item above it.
            let above = self.blocks.last().map_or(0, |last| last.depth);
            let depth = if self.after_blank && indent >= 2 && above > 0 { above } else { 0 };
            self.open(depth, text);
        }
        self.after_blank = false;
    }

    /// Code and comments, whatever stands in them.
    fn is_aside(&mut self, raw: &str, text: &str) -> bool {
        if let Some(fence) = self.fence {
            if text.starts_with(fence) {
                self.fence = None;
            } else if let Some(last) = self.blocks.last_mut() {
                last.code += &format!("{}\n", raw.trim_end());
            }
            return true;
        }
        self.fence = ["```", "~~~"].into_iter().find(|fence| text.starts_with(fence));
        if self.fence.is_some() {
            self.is_open = false;
            if self.blocks.is_empty() {
                self.blocks.push(Block::default());
            }
            return true;
        }
        if self.in_comment || text.starts_with("<!--") {
            self.in_comment = !text.contains("-->");
            return true;
        }
        false
    }

    fn open(&mut self, depth: usize, text: &str) {
        self.blocks.push(Block { depth, text: text.to_owned(), ..Block::default() });
        self.is_open = true;
    }

    /// A row of a table is an item of a list; its heading is none.
    fn row(&mut self, text: &str) {
        if text.chars().all(|c| matches!(c, '|' | '-' | ':' | ' ')) {
            self.blocks.pop_if(|last| last.is_row);
        } else {
            let cells: Vec<&str> = text.trim_matches('|').split('|').map(str::trim).collect();
            self.open(1, &cells.join(" · "));
            self.blocks.last_mut().into_iter().for_each(|last| last.is_row = true);
        }
        self.is_open = false;
    }

    /// A line of dashes makes a heading of the line above it, or is a rule.
    fn underline(&mut self) {
        if self.is_open && self.blocks.last().is_some_and(|last| last.depth == 0) {
            self.headings.extend(self.blocks.pop().map(|last| last.text));
        }
        self.is_open = false;
    }
}

fn heading(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches('#');
    let level = text.len() - rest.len();
    let heading = rest.trim().trim_end_matches('#').trim_end();
    ((1..=6).contains(&level) && rest.starts_with(' ') && !heading.is_empty()).then_some(heading)
}

/// What an item of a list says: `- x`, `* [ ] x`, `1. x`, `b) x`.
fn item(text: &str) -> Option<&str> {
    let (sign, rest) = text.split_once([' ', '\t'])?;
    let is_number = |word: &str| {
        !word.is_empty() && word.len() <= 3 && word.chars().all(|c| c.is_ascii_digit())
            || word.len() == 1 && word.chars().all(|c| c.is_ascii_alphabetic()) && sign.ends_with(')')
    };
    let mut signs = sign.chars();
    let is_bullet = signs.next().is_some_and(|c| BULLETS.contains(&c)) && signs.next().is_none();
    let number = sign.strip_suffix(['.', ')']).map(|word| word.trim_start_matches('('));
    if !is_bullet && !number.is_some_and(is_number) {
        return None;
    }
    let rest = rest.trim();
    let rest = ["[ ]", "[x]", "[X]"].iter().find_map(|tick| rest.strip_prefix(tick)).unwrap_or(rest).trim();
    (!rest.is_empty()).then_some(rest)
}

/// What a place in a text stands within; signs that are not in pairs count for nothing.
#[derive(Debug, Default)]
struct Within {
    pairs: [(char, bool); 2],
    is_nested: bool,
    depth: usize,
}

impl Within {
    fn of(text: &str) -> Self {
        let even = |sign: char| text.matches(sign).count().is_multiple_of(2);
        let number = |signs: [char; 3]| text.matches(signs).count();
        let is_nested = number(['(', '“', '«']) == number([')', '”', '»']);
        let pairs = ['`', '"'].map(|sign| (if even(sign) { sign } else { '\0' }, false));
        Self { pairs, is_nested, depth: 0 }
    }

    fn pass(&mut self, c: char) {
        for (sign, inside) in &mut self.pairs {
            *inside ^= *sign == c;
        }
        match c {
            '(' | '“' | '«' => self.depth += 1,
            ')' | '”' | '»' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }

    fn is_outside(&self) -> bool {
        self.pairs.iter().all(|(_, inside)| !inside) && (self.depth == 0 || !self.is_nested)
    }
}

/// The sentences of a paragraph.
fn sentences(text: &str) -> Vec<String> {
    let mut within = Within::of(text);
    let mut found = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        within.pass(c);
        if !ENDS.contains(&c) && !WIDE_ENDS.contains(&c) {
            continue;
        }
        let mut end = at + c.len_utf8();
        while let Some((next, closer)) =
            chars.next_if(|(_, c)| CLOSERS.contains(c) || ENDS.contains(c) || WIDE_ENDS.contains(c))
        {
            within.pass(closer);
            end = next + closer.len_utf8();
        }
        let (before, after) = (text.get(start..at).unwrap_or_default(), text.get(end..).unwrap_or_default());
        let alone = end == at + c.len_utf8();
        if within.is_outside() && ends_here(before, (c, alone), after) {
            found.extend(text.get(start..end).map(|sentence| sentence.trim().to_owned()));
            start = end;
        }
    }
    found.extend(text.get(start..).map(|rest| rest.trim().to_owned()));
    found.retain(|sentence| sentence.chars().any(char::is_alphanumeric));
    found
}

/// Whether a sentence ends at a sign, by what stands before and behind it.
fn ends_here(before: &str, (sign, alone): (char, bool), after: &str) -> bool {
    if WIDE_ENDS.contains(&sign) {
        return true;
    }
    if !after.starts_with(char::is_whitespace) {
        return after.is_empty();
    }
    let Some(next) = after.trim_start().chars().next() else { return true };
    if !alone {
        // `He reads "Done." and goes on` is one sentence.
        return !next.is_lowercase();
    }
    if sign != '.' {
        return true;
    }
    let word = before.rsplit([' ', '\t', '(', '"', '“']).next().unwrap_or_default().to_lowercase();
    let is_initial = word.chars().count() == 1 && before.ends_with(char::is_uppercase);
    let is_ordinal = before.ends_with(|c: char| c.is_ascii_digit()) && next.is_lowercase();
    let is_trailing = TRAILING.contains(&word.as_str()) && (next.is_lowercase() || next.is_ascii_digit());
    !(is_initial || is_ordinal || is_trailing || JOINING.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(goal: &str) -> Vec<String> {
        sentences_of(goal)
    }

    #[track_caller]
    fn gives(goal: &str, wanted: &[&str]) {
        assert_eq!(cut(goal), wanted, "{goal}");
    }

    #[test]
    fn sentences_end_where_a_reader_ends_them() {
        gives("Guestbook", &["Guestbook"]);
        gives(
            "Show all. Sort them!\nMay I delete? Yes",
            &["Show all.", "Sort them!", "May I delete?", "Yes"],
        );
        gives("it lists files. it sorts them", &["it lists files.", "it sorts them"]);
        gives(
            "Use e.g. Firefox, v1.2.3 or main.rs at 3.5 MB.",
            &["Use e.g. Firefox, v1.2.3 or main.rs at 3.5 MB."],
        );
        gives(
            "Pens, paper etc. are sold. Ask Dr. J. Smith.",
            &["Pens, paper etc. are sold.", "Ask Dr. J. Smith."],
        );
        gives("Pens etc. Nothing else.", &["Pens etc.", "Nothing else."]);
        gives("See https://x.org/a.b?c=1. Then go on.", &["See https://x.org/a.b?c=1.", "Then go on."]);
        gives("Wait... then go.", &["Wait... then go."]);
        gives(
            "A paragraph that is\nwrapped by hand. Next.",
            &["A paragraph that is wrapped by hand.", "Next."],
        );
    }

    #[test]
    fn quotes_code_and_brackets_are_not_torn() {
        gives("It says \"Hello. World\" twice. Good.", &["It says \"Hello. World\" twice.", "Good."]);
        gives("It says \"Done.\" Then it ends.", &["It says \"Done.\"", "Then it ends."]);
        gives("It says \"Done.\" and ends.", &["It says \"Done.\" and ends."]);
        gives("Run `a. B` (once. Or twice) now. End.", &["Run `a. B` (once. Or twice) now.", "End."]);
        gives("A 5\" screen. A list.", &["A 5\" screen.", "A list."]);
    }

    #[test]
    fn items_stand_alone_and_what_leads_to_them_stands_before_each() {
        gives(
            "# Export\nIt must export:\n- CSV\n- JSON:\n  * pretty. And sorted\n  * as lines\n\n1. Log in\n2) Log out\n- [ ] Be fast",
            &[
                "It must export: CSV",
                "It must export: JSON: pretty.",
                "It must export: JSON: And sorted",
                "It must export: JSON: as lines",
                "It must export: Log in",
                "It must export: Log out",
                "It must export: Be fast",
            ],
        );
        gives(
            "- one\n  goes on\n\n  a second paragraph\n\nBack outside.",
            &["one goes on", "a second paragraph", "Back outside."],
        );
        gives("| Key | Does |\n|---|:--|\n| q | quits |\n| s | saves |", &["q · quits", "s · saves"]);
    }

    #[test]
    fn headings_code_comments_and_rules_ask_for_nothing_of_their_own() {
        gives(
            "Title\n=====\n\nShow it.\n\n---\n<!-- a\nnote -->\n> Quoted wish.",
            &["Show it.", "Quoted wish."],
        );
        gives(
            "Answer like this:\n```json\n{ \"a\": 1. }\n```\nAnd quickly.",
            &["Answer like this:\n{ \"a\": 1. }", "And quickly."],
        );
        gives("```\ncargo run. Then look\n```", &["cargo run. Then look"]);
        gives("# Only a heading\n## And another #", &["Only a heading", "And another"]);
        gives("Same.\n\nSame.\n\n*** !!!", &["Same."]);
    }

    #[test]
    fn other_languages_have_sentences_too() {
        gives("显示所有条目。按时间排序！可以删除吗？", &["显示所有条目。", "按时间排序！", "可以删除吗？"]);
        gives("¿Puede borrar? Sí, puede.", &["¿Puede borrar?", "Sí, puede."]);
        gives(
            "Zeige z.B. Äpfel. Ordne sie am 3. oder 4. jeden Monats.",
            &["Zeige z.B. Äpfel.", "Ordne sie am 3. oder 4. jeden Monats."],
        );
        gives("يعرض القائمة. هل يحذف؟ نعم", &["يعرض القائمة.", "هل يحذف؟", "نعم"]);
    }

    #[test]
    fn a_long_goal_keeps_every_word_within_two_hundred_pieces() {
        let goal = (1..=350).map(|n| format!("- Wish {n}\n")).collect::<Vec<_>>().concat();
        let pieces = cut(&goal);
        assert_eq!(pieces.len(), MOST);
        assert!(pieces[MOST - 1].starts_with("Wish 200\n") && pieces[MOST - 1].ends_with("Wish 350"));
        let paragraph = |n| format!("A {n}. B {n}. C {n}. D {n}. E {n}. F {n}.\n\n");
        let goal = (1..=40).map(paragraph).collect::<Vec<_>>().concat();
        assert_eq!(cut(&goal).len(), 40, "told apart by paragraphs");
        let unbroken = "word ".repeat(2_000);
        assert_eq!(cut(&unbroken), [unbroken.trim()]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_cut_alike_each_time_and_never_into_nothing(goal in "[ -~\n\u{3002}é“”]{0,400}") {
            let pieces = cut(&goal);
            proptest::prop_assert_eq!(&pieces, &cut(&goal));
            proptest::prop_assert!(pieces.len() <= MOST);
            proptest::prop_assert!(pieces.iter().all(|piece| piece.chars().any(char::is_alphanumeric)));
        }
    }
}
