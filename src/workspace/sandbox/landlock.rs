//! Files, signals and abstract sockets, held by Landlock. It restricts the thread that calls, and what is started from it.

use std::path::PathBuf;
use std::thread;

use landlock::{
    ABI, Access, AccessFs, BitFlags, CompatLevel, Compatible, LandlockStatus, RestrictionStatus, Ruleset,
    RulesetAttr, RulesetCreatedAttr, RulesetStatus, Scope, path_beneath_rules,
};

use super::jail::Rules;

/// What is asked of the kernel: an older one gives what it has, but at least [`LEAST`].
const WANTED: ABI = ABI::V6;
/// Without it a file cannot be moved between folders that may both be written.
const LEAST: ABI = ABI::V2;

/// Whether this machine has it, tried on a thread of its own.
///
/// # Errors
/// A sentence that says why not.
pub(super) fn offered() -> Result<(), String> {
    let tried = thread::spawn(|| enforce(&Rules::default()).map_err(|error| error.to_string()));
    let status = tried.join().map_err(|_| "trying Landlock broke".to_owned())??;
    match status.landlock {
        LandlockStatus::Available { .. } if status.ruleset != RulesetStatus::NotEnforced => Ok(()),
        LandlockStatus::Available { effective_abi, .. } => {
            Err(format!("Landlock of this kernel is too old ({effective_abi:?}, {LEAST:?} is needed)"))
        }
        LandlockStatus::NotEnabled => {
            Err("Landlock is not enabled in this kernel (boot it with `lsm=landlock,…`)".to_owned())
        }
        LandlockStatus::NotImplemented => {
            Err("this kernel has no Landlock (Linux 5.19 and later do)".to_owned())
        }
    }
}

/// Restricts this thread, and all that it starts from now on, for good.
///
/// # Errors
/// When the kernel refuses.
pub(super) fn restrict(rules: &Rules) -> Result<(), String> {
    let status = enforce(rules).map_err(|error| error.to_string())?;
    if status.ruleset == RulesetStatus::NotEnforced {
        return Err("Landlock did not take the rules".to_owned());
    }
    Ok(())
}

fn enforce(rules: &Rules) -> Result<RestrictionStatus, landlock::RulesetError> {
    let reading = AccessFs::from_read(WANTED);
    // A device that is there is no other than the system made it.
    let device = AccessFs::ReadFile
        | AccessFs::ReadDir
        | AccessFs::WriteFile
        | AccessFs::IoctlDev
        | AccessFs::Truncate;
    let shared = device | AccessFs::MakeReg | AccessFs::RemoveFile;
    let writing = AccessFs::from_all(WANTED) & !(AccessFs::MakeChar | AccessFs::MakeBlock);
    let plain = writing
        & !(AccessFs::MakeSym
            | AccessFs::MakeSock
            | AccessFs::MakeFifo
            | AccessFs::Refer
            | AccessFs::Execute);
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(LEAST))?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(WANTED))?
        .scope(Scope::from_all(WANTED))?
        .create()?;
    let below = |paths: &[PathBuf], access: BitFlags<AccessFs>| path_beneath_rules(paths.to_vec(), access);
    ruleset
        .add_rules(below(&rules.reads, reading))?
        .add_rules(below(&rules.devices, shared))?
        .add_rules(below(&rules.git, plain))?
        .add_rules(below(&rules.writes, writing))?
        .restrict_self()
}
