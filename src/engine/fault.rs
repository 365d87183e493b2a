//! What a fault means to the work that met it: it passes by itself, it may, or it needs a person. This is the one place
//! that decides, for models, the workspace, the store and services alike.

use std::io::{Error as IoError, ErrorKind};
use std::time::Duration;

use super::error::EngineError;
use crate::agent::model::ModelError;
use crate::domain::wait::WaitCause;
use crate::store::StoreError;
use crate::workspace::WorkspaceError;

/// The kinds of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It passes by itself; whoever refused may have said when to come back.
    Passing { cause: WaitCause, after: Option<Duration> },
    /// Nothing says that it stays: it is tried a few times more before a person is asked.
    Doubtful,
    /// Trying again cannot help.
    Person,
    /// The work is no longer wanted.
    Moot,
}

/// What systems and git say where only words are left of an error.
const WORDS: [(&str, WaitCause); 12] = [
    ("No space left on device", WaitCause::Disk),
    ("Disk quota exceeded", WaitCause::Disk),
    ("database or disk is full", WaitCause::Disk),
    ("Too many open files", WaitCause::Machine),
    ("Cannot allocate memory", WaitCause::Machine),
    ("Resource temporarily unavailable", WaitCause::Machine),
    ("Address already in use", WaitCause::Port),
    ("Text file busy", WaitCause::Lock),
    ("database is locked", WaitCause::Lock),
    ("index.lock", WaitCause::Lock),
    (".lock': File exists", WaitCause::Lock),
    ("failed to lock", WaitCause::Lock),
];

impl Fault {
    fn passing(cause: WaitCause) -> Self {
        Self::Passing { cause, after: None }
    }

    /// What a fault of a piece of work means.
    pub fn of(error: &EngineError) -> Self {
        match error {
            EngineError::Workspace(error) => of_workspace(error),
            EngineError::Store(error) => of_store(error),
            EngineError::ShuttingDown => Self::Moot,
            EngineError::Unfit(words) => by_words(words).unwrap_or(Self::Person),
            EngineError::Instrument(error) => by_words(&error.to_string()).unwrap_or(Self::Doubtful),
            EngineError::Link(_) | EngineError::Rejected(_) | EngineError::Prompt(_) => Self::Person,
        }
    }

    /// What a model's fault means.
    pub fn of_model(error: &ModelError) -> Self {
        match error {
            ModelError::Passing { retry_after, .. } => {
                Self::Passing { cause: WaitCause::Model, after: *retry_after }
            }
            ModelError::Quota { resets_after, .. } => {
                Self::Passing { cause: WaitCause::Quota, after: Some(*resets_after) }
            }
            ModelError::Key(_) | ModelError::Refused(_) | ModelError::TooLong(_) => Self::Person,
            ModelError::Cancelled => Self::Moot,
        }
    }
}

/// What the store's fault means.
pub fn of_store(error: &StoreError) -> Fault {
    match error {
        StoreError::DiskFull { .. } => Fault::passing(WaitCause::Disk),
        StoreError::Io { source, .. } => by_kind(source).unwrap_or(Fault::Doubtful),
        StoreError::Database { source, .. } => by_words(&source.to_string()).unwrap_or(Fault::Doubtful),
        StoreError::Locked { .. }
        | StoreError::Missing { .. }
        | StoreError::Exists { .. }
        | StoreError::Newer { .. }
        | StoreError::ReadOnly
        | StoreError::Corrupt { .. }
        | StoreError::WrongSeq { .. }
        | StoreError::Shortened { .. }
        | StoreError::Replaced { .. }
        | StoreError::Unfoldable(_)
        | StoreError::DamagedEvidence { .. }
        | StoreError::NoEvidence(_)
        | StoreError::Encode { .. } => Fault::Person,
    }
}

fn of_workspace(error: &WorkspaceError) -> Fault {
    match error {
        WorkspaceError::PortBusy { .. } => Fault::passing(WaitCause::Port),
        WorkspaceError::Locked { .. } => Fault::passing(WaitCause::Lock),
        WorkspaceError::Io { source, .. } => by_kind(source).unwrap_or(Fault::Doubtful),
        WorkspaceError::Git { source, .. } if source.code() == git2::ErrorCode::Locked => {
            Fault::passing(WaitCause::Lock)
        }
        WorkspaceError::Git { .. }
        | WorkspaceError::GitSaid { .. }
        | WorkspaceError::Start { .. }
        | WorkspaceError::Pty { .. }
        | WorkspaceError::Unhealthy { .. }
        | WorkspaceError::Watch(_) => by_words(&error.to_string()).unwrap_or(Fault::Doubtful),
        _ => Fault::Person,
    }
}

fn by_kind(error: &IoError) -> Option<Fault> {
    let cause = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => WaitCause::Disk,
        ErrorKind::ResourceBusy | ErrorKind::ExecutableFileBusy => WaitCause::Lock,
        ErrorKind::AddrInUse => WaitCause::Port,
        ErrorKind::OutOfMemory | ErrorKind::WouldBlock | ErrorKind::Interrupted => WaitCause::Machine,
        _ => return by_words(&error.to_string()),
    };
    Some(Fault::passing(cause))
}

fn by_words(words: &str) -> Option<Fault> {
    let known = WORDS.iter().find(|(sign, _)| words.contains(sign));
    known.map(|(_, cause)| Fault::passing(*cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn io(number: i32) -> Fault {
        let source = IoError::from_raw_os_error(number);
        Fault::of(&WorkspaceError::Io { doing: "write it".to_owned(), source }.into())
    }

    #[test]
    fn what_passes_by_itself_is_told_from_what_stays() {
        let passing = |cause| Fault::Passing { cause, after: None };
        let table = [
            (libc_numbers::ENOSPC, passing(WaitCause::Disk)),
            (libc_numbers::EDQUOT, passing(WaitCause::Disk)),
            (libc_numbers::EMFILE, passing(WaitCause::Machine)),
            (libc_numbers::ENFILE, passing(WaitCause::Machine)),
            (libc_numbers::ENOMEM, passing(WaitCause::Machine)),
            (libc_numbers::EAGAIN, passing(WaitCause::Machine)),
            (libc_numbers::ETXTBSY, passing(WaitCause::Lock)),
            (libc_numbers::EBUSY, passing(WaitCause::Lock)),
            (libc_numbers::EACCES, Fault::Doubtful),
        ];
        for (number, fault) in table {
            assert_eq!(io(number), fault, "{}", IoError::from_raw_os_error(number));
        }
        let start = |reason: &str| {
            Fault::of(&WorkspaceError::Start { program: "sh".into(), reason: reason.into() }.into())
        };
        assert_eq!(start("Cannot allocate memory (os error 12)"), passing(WaitCause::Machine));
        assert_eq!(start("No such file or directory"), Fault::Doubtful);
        let busy = WorkspaceError::PortBusy { service: "web".into(), port: 80, holder: "process 7".into() };
        assert_eq!(Fault::of(&busy.into()), passing(WaitCause::Port));
        let gone = WorkspaceError::NotARepository { path: "/x".into() };
        assert_eq!(Fault::of(&gone.into()), Fault::Person);
    }

    #[test]
    fn a_model_that_is_down_passes_and_a_key_that_is_refused_does_not() {
        let passing = ModelError::Passing { message: "503".into(), retry_after: None };
        let after = Some(Duration::from_mins(1));
        let quota = ModelError::Quota { message: "spent".into(), resets_after: Duration::from_mins(1) };
        assert_eq!(Fault::of_model(&passing), Fault::Passing { cause: WaitCause::Model, after: None });
        assert_eq!(Fault::of_model(&quota), Fault::Passing { cause: WaitCause::Quota, after });
        for stays in [ModelError::Key("k".into()), ModelError::Refused("r".into())] {
            assert_eq!(Fault::of_model(&stays), Fault::Person);
        }
    }

    /// The numbers of Linux and macOS, where they differ.
    mod libc_numbers {
        pub const ENOMEM: i32 = 12;
        pub const EACCES: i32 = 13;
        pub const EBUSY: i32 = 16;
        pub const ENFILE: i32 = 23;
        pub const EMFILE: i32 = 24;
        pub const ETXTBSY: i32 = 26;
        pub const ENOSPC: i32 = 28;
        pub const EAGAIN: i32 = if cfg!(target_os = "macos") { 35 } else { 11 };
        pub const EDQUOT: i32 = if cfg!(target_os = "macos") { 69 } else { 122 };
    }
}
