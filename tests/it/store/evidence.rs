//! Evidence: named by its hash, kept once, and never believed when it changed.

use flightdeck::domain::verdict::EvidenceRef;
use flightdeck::store::{Evidence, Kind, Store, StoreError};

#[test]
fn evidence_is_kept_once_and_read_back_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let evidence = Evidence::at(dir.path());
    assert_eq!(evidence.list().unwrap(), []);
    let png = [0x89, b'P', b'N', b'G', b'\n', 0, b'\n'];
    let first = evidence.keep(Kind::Screenshot, "the front page\nin dark", &png).unwrap();
    assert_eq!(first, evidence.keep(Kind::Screenshot, "the front page\nin dark", &png).unwrap());
    assert!(first.0.starts_with("ev_") && first.0.len() == 15, "{first:?}");
    let second = evidence.keep(Kind::Command, "cargo test", b"").unwrap();
    let kept = evidence.get(&first).unwrap();
    assert_eq!((kept.header.kind, &kept.bytes[..]), (Kind::Screenshot, &png[..]));
    assert_eq!(kept.header.title, "the front page\nin dark");
    assert_eq!(evidence.get(&second).unwrap().bytes, b"");
    let mut expected = [first, second];
    expected.sort();
    assert_eq!(evidence.list().unwrap(), expected);
}

#[test]
fn a_reference_reaches_nothing_outside() {
    let dir = tempfile::tempdir().unwrap();
    let evidence = Evidence::at(dir.path());
    evidence.keep(Kind::Http, "GET /", b"{}").unwrap();
    std::fs::write(dir.path().join("mission.db"), "secret").unwrap();
    for name in ["ev_../../mission.db", "../mission.db", "ev_", "ev_ABC", "ev_abcdef", "", "ev_é"] {
        let refused = evidence.get(&EvidenceRef(name.to_owned())).unwrap_err();
        assert!(matches!(refused, StoreError::NoEvidence(_)), "{name}: {refused:?}");
    }
}

#[test]
fn evidence_that_changed_is_not_shown_as_proof() {
    let dir = tempfile::tempdir().unwrap();
    let evidence = Evidence::at(dir.path());
    let reference = evidence.keep(Kind::Command, "cargo test", b"12 failed").unwrap();
    std::fs::write(dir.path().join("evidence").join(&reference.0), "{}\n0 failed").unwrap();
    assert!(matches!(evidence.get(&reference).unwrap_err(), StoreError::Corrupt { .. }));
}

#[test]
fn what_a_crash_left_half_written_is_no_evidence_and_goes() {
    let dir = tempfile::tempdir().unwrap();
    let half = dir.path().join("evidence/.unfinished-1-0");
    std::fs::create_dir(dir.path().join("evidence")).unwrap();
    std::fs::write(&half, "{").unwrap();
    assert_eq!(Evidence::at(dir.path()).list().unwrap(), []);
    let store = Store::create(dir.path()).unwrap();
    assert!(!half.exists());
    assert!(store.evidence().list().unwrap().is_empty());
}

#[test]
fn many_threads_keep_the_same_bytes_under_one_name() {
    let dir = tempfile::tempdir().unwrap();
    let evidence = Evidence::at(dir.path());
    let kept: Vec<EvidenceRef> = std::thread::scope(|scope| {
        let keep = || evidence.keep(Kind::Terminal, "screen", b"same").unwrap();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(keep)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(kept.iter().all(|reference| reference == &kept[0]));
    assert_eq!(evidence.list().unwrap().len(), 1);
}
