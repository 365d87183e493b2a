//! Which piece stands beside another: the recording of the session that a screen is of, or what the page read that a
//! picture shows. No verdict names them; whoever took the one took the other.

use super::evidence::Header;
use crate::domain::evidence::{EvidenceFacts, EvidenceKind};
use crate::domain::verdict::EvidenceRef;

/// The piece that was taken nearest to this one, by the same hand, of the same program or page.
pub(super) fn beside<'a>(
    piece: &Header,
    among: impl IntoIterator<Item = (&'a EvidenceRef, &'a Header)>,
) -> Option<EvidenceRef> {
    let facts = piece.facts.as_ref()?;
    let fits = |other: &Header, taken: &EvidenceFacts| match (piece.kind, other.kind) {
        // A recording is kept when its session ends.
        (EvidenceKind::Terminal, EvidenceKind::Recording) => {
            (taken.at, taken.look) >= (facts.at, facts.look) && is_of_program(&piece.title, &other.title)
        }
        (EvidenceKind::Screenshot, EvidenceKind::Page) => is_of_page(&piece.title, &other.title),
        (
            EvidenceKind::Command
            | EvidenceKind::Http
            | EvidenceKind::Terminal
            | EvidenceKind::Screenshot
            | EvidenceKind::Page
            | EvidenceKind::App
            | EvidenceKind::Recording
            | EvidenceKind::Steps
            | EvidenceKind::Unknown,
            _,
        ) => false,
    };
    let near = among.into_iter().filter_map(|(reference, other)| {
        let taken = other.facts.as_ref()?;
        let same = (taken.by, taken.round, &taken.commit) == (facts.by, facts.round, &facts.commit);
        let far = (taken.at.0.abs_diff(facts.at.0), taken.look.abs_diff(facts.look));
        (same && fits(other, taken)).then_some((far, reference))
    });
    near.min().map(|(_, reference)| reference.clone())
}

/// Whether a recording is of the program whose command ends the title of a screen, shortened where it is long.
fn is_of_program(screen: &str, recording: &str) -> bool {
    let Some(command) = recording.strip_prefix("recording of ") else { return false };
    let command = command.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = screen.rsplit(" · ").next().unwrap_or(screen);
    shown == command || shown.strip_suffix('…').is_some_and(|begins| command.starts_with(begins))
}

/// Whether what was read is of the page that a picture shows.
fn is_of_page(picture: &str, page: &str) -> bool {
    let address = page.rsplit("page ").next().filter(|address| !address.is_empty());
    address.is_some_and(|address| picture.starts_with(&format!("screenshot of {address}: ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Actor;
    use crate::domain::evidence::Settled;
    use crate::domain::id::{AttemptId, MilestoneId, Timestamp};

    fn header(kind: EvidenceKind, title: &str, by: u32, look: u64) -> Header {
        let facts = EvidenceFacts {
            by: Actor::Attempt(AttemptId(by)),
            round: Some((MilestoneId(1), 1)),
            commit: None,
            at: Timestamp(7),
            app: None,
            stranger: None,
            settled: Settled::Still,
            look,
        };
        Header::new(kind, title).taken(facts)
    }

    fn found(piece: &Header, others: &[Header]) -> Option<usize> {
        let names: Vec<EvidenceRef> = (0..others.len()).map(|at| EvidenceRef(at.to_string())).collect();
        let found = beside(piece, names.iter().zip(others))?;
        names.iter().position(|name| *name == found)
    }

    #[test]
    fn a_screen_leads_to_the_recording_of_its_own_session() {
        let screen =
            header(EvidenceKind::Terminal, "typed 2: done · app  add".replace("  ", " ").as_str(), 3, 10);
        let of = |command: &str, by, look| {
            header(EvidenceKind::Recording, &format!("recording of {command}"), by, look)
        };
        let others = [
            of("app add", 3, 9),
            of("app add", 4, 11),
            of("app list", 3, 11),
            of("app add", 3, 20),
            of("app  add", 3, 12),
        ];
        assert_eq!(found(&screen, &others), Some(4), "the next that its own tester kept of this program");
        assert_eq!(found(&screen, &others[..3]), None, "an earlier session, another tester, another program");
        let long = header(EvidenceKind::Terminal, "started: x · app add --with-a-long…", 3, 10);
        assert_eq!(found(&long, &[of("app add --with-a-long-option", 3, 11)]), Some(0));
    }

    #[test]
    fn a_picture_leads_to_what_was_read_of_its_page() {
        let picture =
            header(EvidenceKind::Screenshot, "screenshot of http://h/: the window, 1280x800", 3, 10);
        let page = |title: &str, by, look| header(EvidenceKind::Page, title, by, look);
        let others = [
            page("page http://h/", 3, 2),
            page("page http://h/other", 3, 9),
            page("clicked button \"Go\": page http://h/", 3, 9),
            page("page http://h/", 4, 10),
        ];
        assert_eq!(found(&picture, &others), Some(2));
        assert_eq!(found(&others[0], &[picture]), None, "what was read needs no picture");
        assert_eq!(found(&Header::new(EvidenceKind::Screenshot, "old"), &others), None);
    }
}
