//! Ways out that are no files: local sockets, which lead to services that do what they are asked (a session bus, docker),
//! namespaces, the kernel's own machinery. Shared by a seccomp filter, and for the superuser by giving its powers up.

use std::collections::BTreeMap;

use caps::{CapSet, Capability, CapsHashSet};
use nix::libc;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch, apply_filter,
};

use super::jail::{Inmate, Rules};

type Fault = Box<dyn std::error::Error>;
type Refused = BTreeMap<i64, Vec<SeccompRule>>;

/// Of a superuser's powers, those that end at the files that Landlock lets through.
const KEPT: [Capability; 1] = [Capability::CAP_DAC_OVERRIDE];

/// Bits of a file's mode that have a program run as somebody else.
const SET_ID: u64 = 0o6000;

/// What no build and no app under test calls.
const NEVER: &[i64] = &[
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_setns,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_userfaultfd,
    libc::SYS_open_by_handle_at,
    libc::SYS_kexec_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_quotactl,
    libc::SYS_syslog,
    libc::SYS_vhangup,
];

/// Restricts this thread, and all that it starts from now on, for good.
///
/// # Errors
/// When the kernel refuses.
pub(super) fn restrict(rules: &Rules, inmate: Inmate) -> Result<(), String> {
    give_up_powers().map_err(|error| error.to_string())?;
    filter(rules, inmate).map_err(|error| error.to_string())
}

/// A program that is started gets no power back: Landlock has set `no_new_privs`.
fn give_up_powers() -> Result<(), Fault> {
    caps::clear(None, CapSet::Ambient)?;
    caps::clear(None, CapSet::Inheritable)?;
    let permitted = caps::read(None, CapSet::Permitted)?;
    let kept: CapsHashSet = KEPT.into_iter().filter(|power| permitted.contains(power)).collect();
    caps::set(None, CapSet::Effective, &kept)?;
    caps::set(None, CapSet::Permitted, &kept)?;
    Ok(())
}

fn filter(rules: &Rules, inmate: Inmate) -> Result<(), Fault> {
    let arch: TargetArch = std::env::consts::ARCH.try_into()?;
    let mut refused: Refused = NEVER.iter().map(|call| (*call, Vec::new())).collect();
    refused.extend(set_ids()?);
    // A terminal that keys are put into types them to whoever reads it.
    let typed = |request| on(1, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, request);
    refused.insert(libc::SYS_ioctl, vec![typed(libc::TIOCSTI)?, typed(libc::TIOCLINUX)?]);
    // Limits of another's are its own to set.
    let another = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, 0)?;
    let sets = SeccompCondition::new(2, SeccompCmpArgLen::Qword, SeccompCmpOp::Ne, 0)?;
    refused.insert(libc::SYS_prlimit64, vec![SeccompRule::new(vec![another, sets])?]);
    if inmate != Inmate::Nesting {
        let namespace = |argument| {
            let bit = u64::from(libc::CLONE_NEWUSER.unsigned_abs());
            on(argument, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(bit), bit)
        };
        refused.insert(libc::SYS_unshare, vec![namespace(0)?]);
        refused.insert(libc::SYS_clone, vec![namespace(0)?]);
    }
    let sockets = families(rules, inmate).into_iter().map(|family| other_than(family));
    let sockets: Vec<SeccompCondition> = sockets.collect::<Result<_, Fault>>()?;
    apply(arch, refused, libc::EPERM)?;
    apply(arch, BTreeMap::from([(libc::SYS_socket, vec![SeccompRule::new(sockets)?])]), libc::EACCES)?;
    // Programs fall back on what came before these when the kernel has none: what they ask for cannot be looked into.
    let mut unknown = vec![libc::SYS_io_uring_setup, libc::SYS_io_uring_enter, libc::SYS_io_uring_register];
    if inmate != Inmate::Nesting {
        unknown.push(libc::SYS_clone3);
    }
    apply(arch, unknown.into_iter().map(|call| (call, Vec::new())).collect(), libc::ENOSYS)
}

/// The families of sockets that may be made.
fn families(rules: &Rules, inmate: Inmate) -> Vec<i32> {
    // What interfaces there are is asked by netlink.
    let mut families = vec![libc::AF_NETLINK];
    if rules.reaches_network {
        families.extend([libc::AF_INET, libc::AF_INET6]);
    }
    if inmate == Inmate::Nesting {
        families.push(libc::AF_UNIX);
    }
    families
}

fn other_than(family: i32) -> Result<SeccompCondition, Fault> {
    let family = u64::from(family.unsigned_abs());
    Ok(SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, family)?)
}

/// Programs that run as somebody else may not be left behind.
fn set_ids() -> Result<Refused, Fault> {
    let mut refused = Refused::new();
    #[cfg(target_arch = "x86_64")]
    refused.insert(libc::SYS_chmod, modes(1)?);
    refused.insert(libc::SYS_fchmod, modes(1)?);
    refused.insert(libc::SYS_fchmodat, modes(2)?);
    refused.insert(libc::SYS_fchmodat2, modes(2)?);
    Ok(refused)
}

fn modes(argument: u8) -> Result<Vec<SeccompRule>, Fault> {
    let bits = [SET_ID & 0o4000, SET_ID & 0o2000];
    bits.into_iter()
        .map(|bit| on(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(bit), bit))
        .collect()
}

fn on(
    argument: u8,
    length: SeccompCmpArgLen,
    compare: SeccompCmpOp,
    value: u64,
) -> Result<SeccompRule, Fault> {
    Ok(SeccompRule::new(vec![SeccompCondition::new(argument, length, compare, value)?])?)
}

fn apply(arch: TargetArch, refused: Refused, with: i32) -> Result<(), Fault> {
    let action = SeccompAction::Errno(with.unsigned_abs());
    let filter: BpfProgram = SeccompFilter::new(refused, SeccompAction::Allow, action, arch)?.try_into()?;
    Ok(apply_filter(&filter)?)
}
